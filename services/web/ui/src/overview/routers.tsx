// Tier 1: routers and witness, and which of them holds the floating addresses.
import { useState } from 'preact/hooks';
import type { Group, Member, State } from '../api/types';
import { plural } from '../base/format';
import { mayOperate, session } from '../base/live';
import { Badge, Empty } from '../base/parts';
import { useStore } from '../base/store';
import { standing } from './connections';
import { Maintenance } from './maintenance';
import { byPort, type Floating, floating, groupsOf, memberCondition, type Part, partsOf } from './picture';
import { SwitchOver } from './switch-over';
import { Wires } from './wires';

/** More addresses than this are folded away. */
const ALIASES_SHOWN = 8;

/** And so are more groups than this that a router only stands by for. */
const STANDBYS_SHOWN = 3;

type Open = { what: 'switch-over'; group?: string } | { what: 'maintenance'; member: Member } | null;

export function Routers({ state }: { state: State }) {
  const [open, setOpen] = useState<Open>(null);
  const operator = mayOperate(useStore(session)?.role);
  const members = [...(state.member ?? [])].sort(
    (a, b) => Number(a.role === 'witness') - Number(b.role === 'witness') || a.id - b.id,
  );
  const columns = members.map((m) =>
    m.role === 'witness' ? 'none' : groupsOf(state, m.name).length > 0 ? 'firm' : 'thin',
  );
  const close = (): void => setOpen(null);
  if (members.length === 0) return <Empty>The agent does not answer: which routers are there is not known.</Empty>;
  return (
    <>
      <Unowned groups={(state.group ?? []).filter((g) => !g.owner)} />
      <Wires columns={columns} />
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
      <Wires columns={columns} down />
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
  const parts = partsOf(state, member);
  const fine = member.present && (member.role === 'witness' || (member.fit && !member.standby));
  const sync = state.synchronisation?.router?.find((r) => r.name === member.name);
  const reason = fine || parts.length > 0 ? '' : member.reason;
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
      {sync && member.present && (
        <p class={sync.present && sync.complete ? 'muted' : 'reason'}>It {standing(sync, state.node)}.</p>
      )}
      {reason && <p class={member.standby ? 'muted' : 'reason'}>{reason}</p>}
      {parts.length > 0 ? (
        <Parts member={member} parts={parts} />
      ) : (
        groups.map((group) => <GroupHeld group={group} here={group.owner === state.node} />)
      )}
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

/** One of several groups after the other; those that it only stands by for are folded away where they are many. */
function Parts({ member, parts }: { member: Member; parts: Part[] }) {
  const told = parts.filter((p) => p.group.owner === member.name || p.role !== 'standby');
  const rest = parts.filter((p) => !told.includes(p));
  const lines = rest.map((part) => <GroupPart part={part} />);
  return (
    <div class="parts">
      {told.map((part) =>
        part.group.owner === member.name ? <GroupHeld group={part.group} part={part} /> : <GroupPart part={part} />,
      )}
      {rest.length > STANDBYS_SHOWN ? (
        <details>
          <summary>{plural(rest.length, 'group')} that it stands by for</summary>
          <div class="parts">{lines}</div>
        </details>
      ) : (
        lines
      )}
    </div>
  );
}

/** A group that somebody else has, or nobody. */
function GroupPart({ part }: { part: Part }) {
  return (
    <section class="group" aria-label={`Group ${part.group.name}`}>
      <p class="group-name">
        <strong>{part.group.name}</strong>
        <Badge tone={part.tone}>{part.role}</Badge>
      </p>
      {part.sentence && <p class={part.tone === 'bad' ? 'reason' : 'sentence'}>{part.sentence}</p>}
    </section>
  );
}

/** A group's addresses. `here`: its lease is the one that is told. `part`: of several groups; its sentence tells the lease, too. */
function GroupHeld({ group, here, part }: { group: Group; here?: boolean; part?: Part }) {
  const addresses = floating(group);
  const lease = group['lease-left'];
  return (
    <section class="group" aria-label={`Addresses of ${group.name}`}>
      <p class="group-name">
        <strong>{group.name}</strong>
        {part && <Badge tone={part.tone}>{part.role}</Badge>}
        {here && lease !== undefined && lease > 0 && (
          <span class="muted">lease, {(lease / 1000).toFixed(1)} s left</span>
        )}
      </p>
      {part?.sentence && <p class="sentence">{part.sentence}</p>}
      <Aliases addresses={addresses.slice(0, ALIASES_SHOWN)} />
      {addresses.length > ALIASES_SHOWN && (
        <details>
          <summary>{plural(addresses.length - ALIASES_SHOWN, 'more address', 'more addresses')}</summary>
          <Aliases addresses={addresses.slice(ALIASES_SHOWN)} />
        </details>
      )}
    </section>
  );
}

/** A row for each network port. */
export function Aliases({ addresses }: { addresses: Floating[] }) {
  return (
    <div class="ports">
      {byPort(addresses).map(([port, here]) => (
        <div class="port" key={port}>
          <span class="port-name">{port}</span>
          <ul class="aliases" aria-label={`Floating addresses on ${port}`}>
            {here.map(({ address, mark }) => (
              <li key={address}>
                {address} {mark && <small>{mark}</small>}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
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
