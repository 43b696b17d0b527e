// Tier 1: routers and witness, and which of them holds the floating addresses.
import { useState } from 'preact/hooks';
import type { Alias, Group, Member, State } from '../api/types';
import { plural } from '../base/format';
import { mayOperate, session } from '../base/live';
import { Badge, Empty } from '../base/parts';
import { useStore } from '../base/store';
import { Maintenance } from './maintenance';
import { groupsOf, memberCondition } from './picture';
import { SwitchOver } from './switch-over';
import { Wires } from './wires';

/** More addresses than this are folded away. */
const ALIASES_SHOWN = 8;

type Open = { what: 'switch-over'; group?: string } | { what: 'maintenance'; member: Member } | null;

export function Routers({ state }: { state: State }) {
  const [open, setOpen] = useState<Open>(null);
  const operator = mayOperate(useStore(session)?.role);
  const members = [...(state.member ?? [])].sort(
    (a, b) => Number(a.role === 'witness') - Number(b.role === 'witness') || a.id - b.id,
  );
  const present = members.filter((m) => m.present).length;
  const close = (): void => setOpen(null);
  if (members.length === 0) return <Empty>The agent does not answer: which routers are there is not known.</Empty>;
  return (
    <>
      <Wires
        columns={members.length}
        to={members.map((m) => m.role === 'router' && groupsOf(state, m.name).length > 0)}
        routers={members.map((m) => m.role === 'router')}
      />
      <div class="columns members" style={{ '--columns': members.length }}>
        {members.map((member) => (
          <MemberCard
            key={member.name}
            state={state}
            member={member}
            operator={operator}
            onSwitchOver={(group) => setOpen({ what: 'switch-over', ...(group ? { group } : {}) })}
            onMaintenance={() => setOpen({ what: 'maintenance', member })}
          />
        ))}
      </div>
      <Unowned groups={(state.group ?? []).filter((g) => !g.owner)} />
      <p class="muted below">
        {state.quorum === 'yes' ? 'Quorum' : state.quorum === 'no' ? 'No quorum' : 'Quorum not known'}: {present} of{' '}
        {plural(members.length, 'member')} present. {state.ring}
      </p>
      {open?.what === 'switch-over' && (
        <SwitchOver state={state} {...(open.group ? { group: open.group } : {})} onClose={close} />
      )}
      {open?.what === 'maintenance' && <Maintenance state={state} member={open.member} onClose={close} />}
    </>
  );
}

interface CardProps {
  state: State;
  member: Member;
  operator: boolean;
  onSwitchOver: (group?: string) => void;
  onMaintenance: () => void;
}

function MemberCard({ state, member, operator, onSwitchOver, onMaintenance }: CardProps) {
  const condition = memberCondition(state, member);
  const groups = groupsOf(state, member.name);
  const fine = member.present && (member.role === 'witness' || (member.fit && !member.standby));
  const reason = fine ? '' : member.reason;
  return (
    <article
      class={`card member ${member.role} ${groups.length > 0 ? 'active' : ''} ${member.present ? '' : 'absent'}`}
      aria-label={member.name}
    >
      <header>
        <h3>{member.name}</h3>
        <Badge tone={condition.tone}>{condition.word}</Badge>
      </header>
      <p class="muted">
        {member.role === 'witness' ? 'Witness: votes, carries no traffic' : 'Router'}
        {member.name === state.node && ' · you are connected to it'}
        {member.standby && groups.length > 0 && ' · maintenance asked for'}
      </p>
      {reason && <p class="reason">{reason}</p>}
      {groups.map((group) => (
        <GroupHeld group={group} />
      ))}
      {operator && member.role === 'router' && (
        <footer class="buttons">
          {groups.length > 0 && (
            <button type="button" onClick={() => onSwitchOver(groups.length === 1 ? groups[0]?.name : undefined)}>
              Switch over…
            </button>
          )}
          <button type="button" onClick={onMaintenance}>
            {member.standby ? 'End maintenance…' : 'Maintenance…'}
          </button>
        </footer>
      )}
    </article>
  );
}

function GroupHeld({ group }: { group: Group }) {
  const aliases = group.alias ?? [];
  const lease = group['lease-left'];
  return (
    <section class="group" aria-label={`Addresses of ${group.name}`}>
      <p class="group-name">
        <strong>{group.name}</strong>
        {lease !== undefined && lease > 0 && <span class="muted">lease, {(lease / 1000).toFixed(1)} s left</span>}
      </p>
      <Aliases aliases={aliases.slice(0, ALIASES_SHOWN)} />
      {aliases.length > ALIASES_SHOWN && (
        <details>
          <summary>{plural(aliases.length - ALIASES_SHOWN, 'more address', 'more addresses')}</summary>
          <Aliases aliases={aliases.slice(ALIASES_SHOWN)} />
        </details>
      )}
    </section>
  );
}

export function Aliases({ aliases }: { aliases: Alias[] }) {
  return (
    <ul class="aliases">
      {aliases.map((alias) => (
        <li key={alias.label}>
          {alias.address} <small>{alias.label}</small>
        </li>
      ))}
    </ul>
  );
}

function Unowned({ groups }: { groups: Group[] }) {
  if (groups.length === 0) return null;
  return (
    <div class="card unowned" role="alert">
      <h3>Nobody holds these addresses</h3>
      {groups.map((group) => (
        <GroupHeld group={group} />
      ))}
    </div>
  );
}
