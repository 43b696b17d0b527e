// The cluster as it is now: its tiers from the clients down to the data.
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { State } from '../api/types';
import { announce } from '../base/announce';
import { entriesOf, useRunning } from '../base/documents';
import { count, plural } from '../base/format';
import { state as liveState } from '../base/live';
import { Badge, Heading, Loading, Notice, type Tone } from '../base/parts';
import { useStore } from '../base/store';
import { Connections } from './connections-card';
import { changesBetween, connectionsSoFar } from './picture';
import { Routers } from './routers';
import { Services } from './services';
import { Sources } from './sources';

const EVENTS_MAX = 12;

const QUORUM: Record<State['quorum'], [Tone, string]> = {
  yes: ['good', 'quorum'],
  no: ['bad', 'no quorum'],
  unknown: ['warn', 'quorum not known'],
  forced: ['bad', 'quorum forced'],
};

export function Overview() {
  const state = useStore(liveState);
  if (!state) return <Loading what="the state of the cluster" />;
  return <Picture state={state} />;
}

function Picture({ state }: { state: State }) {
  const running = useRunning();
  const pools = useMemo(
    () => new Map(entriesOf(running, 'virtual-service').map((s) => [String(s['name']), String(s['pool'])])),
    [running],
  );
  return (
    <>
      <Heading aside={<Standing state={state} />}>Overview</Heading>
      <Warnings state={state} />
      <ol class="tiers">
        <Tier number={0} name="Clients">
          <Clients state={state} />
        </Tier>
        <Tier number={1} name="Routers">
          <Routers state={state} />
        </Tier>
        <Tier number={2} name="Real servers">
          <Services state={state} />
        </Tier>
        <Tier number={3} name="Data">
          <Sources state={state} poolOf={pools} />
        </Tier>
      </ol>
      <Connections state={state} />
      <Seen state={state} />
    </>
  );
}

/** Whether the cluster may decide, and who is there. */
function Standing({ state }: { state: State }) {
  const members = state.member ?? [];
  const [tone, word] = QUORUM[state.quorum] ?? QUORUM.unknown;
  return (
    <p class="standing">
      <Badge tone={tone}>{word}</Badge>{' '}
      <span class="muted">
        {members.filter((m) => m.present).length} of {plural(members.length, 'member')} present. {state.ring}
      </span>
    </p>
  );
}

function Tier({ number, name, children }: { number: number; name: string; children: ComponentChildren }) {
  return (
    <li class="tier" aria-label={`Tier ${number}: ${name}`}>
      <h2 class="tier-name">
        <small>Tier {number}</small> {name}
      </h2>
      <div class="tier-body">{children}</div>
    </li>
  );
}

/** What concerns the whole cluster and needs somebody. */
function Warnings({ state }: { state: State }) {
  const configuration = state.configuration;
  return (
    <>
      {state.quorum === 'no' && (
        <Notice tone="bad" title="No quorum">
          <p>
            Too few members hear one another. Until that changes no router takes floating addresses, and nothing can be
            committed.
          </p>
        </Notice>
      )}
      {state.quorum === 'forced' && (
        <Notice tone="bad" title="Quorum is forced">
          <p>
            An operator has said that every other node is off. This one serves alone until there is a quorum again; a
            router that serves as well would not be noticed.
          </p>
        </Notice>
      )}
      {state.quorum === 'unknown' && (
        <Notice tone="warn" title="Quorum is not known">
          <p>The members are agreeing on who is there, or the agent does not answer.</p>
        </Notice>
      )}
      {state.unavailable && state.unavailable.length > 0 && (
        <Notice tone="warn" title="Not everything can be shown">
          {state.unavailable.map((one) => (
            <p>
              {one.part}: {one.reason || 'it does not answer'}
            </p>
          ))}
        </Notice>
      )}
      {configuration && !configuration.current && (
        <Notice tone="warn" title="This node's configuration is not the newest">
          <p>{configuration.replication || 'It gets the missing revisions from the other members.'}</p>
        </Notice>
      )}
      {configuration?.local && (
        <Notice tone="warn" title="An emergency change is in use on this node alone">
          <p>The cluster's own revision replaces it as soon as there is quorum.</p>
        </Notice>
      )}
    </>
  );
}

/** New connections in a second, from two counts that are some time apart. */
function useRate(state: State): number | undefined {
  const last = useRef<{ at: number; total: number } | undefined>(undefined);
  const [rate, setRate] = useState<number>();
  useEffect(() => {
    const now = { at: performance.now(), total: connectionsSoFar(state) };
    const before = last.current;
    last.current = now;
    // A count that went down began anew.
    if (before && now.at - before.at > 200 && now.total >= before.total) {
      setRate(((now.total - before.total) * 1000) / (now.at - before.at));
    }
  }, [state]);
  return rate;
}

function Clients({ state }: { state: State }) {
  const rate = useRate(state);
  const active = (state.service ?? [])
    .flatMap((s) => s['real-server'] ?? [])
    .reduce((sum, r) => sum + (r.active ?? 0), 0);
  return (
    <div class="card clients">
      <strong>{plural(active, 'open connection')}</strong>
      <span class="muted">{rate === undefined ? 'new ones: measuring …' : `${count(rate)} new in a second`}</span>
      <span class="muted">{plural(state.service?.length ?? 0, 'service')}</span>
    </div>
  );
}

/** What has changed since the page was opened; spoken, too. */
function Seen({ state }: { state: State }) {
  const last = useRef(state);
  const [events, setEvents] = useState<{ at: string; words: string }[]>([]);
  useEffect(() => {
    const words = last.current === state ? [] : changesBetween(last.current, state);
    last.current = state;
    if (words.length === 0) return;
    announce(words.slice(0, 4).join(' '));
    const at = new Date().toLocaleTimeString([], { hour12: false });
    setEvents((old) => [...words.map((w) => ({ at, words: w })).reverse(), ...old].slice(0, EVENTS_MAX));
  }, [state]);
  return (
    <section class="seen" aria-labelledby="seen">
      <h2 id="seen">Changes since this page was opened</h2>
      {events.length === 0 ? (
        <p class="muted">None yet.</p>
      ) : (
        <ol>
          {events.map((event) => (
            <li>
              <time>{event.at}</time> {event.words}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
