// Giving the floating addresses to another router: says first what that does.
import { useState } from 'preact/hooks';
import { rpc } from '../api/client';
import type { State } from '../api/types';
import { useAction } from '../base/action';
import { announce } from '../base/announce';
import { Dialog } from '../base/dialog';
import { listed } from '../base/format';
import { refresh } from '../base/live';
import { Button, Failure, Notice } from '../base/parts';
import { fateOfConnections } from './connections';
import { floating, successors } from './picture';
import { Aliases } from './routers';

/** True of every way in which addresses move on purpose. */
export function Consequences({ state, owner }: { state: State; owner: string | undefined }) {
  return (
    <ul class="consequences">
      <li>The addresses are silent for a moment, usually less than 0.1 s; real servers keep their default route.</li>
      <li>{fateOfConnections(state, owner)}</li>
    </ul>
  );
}

export function SwitchOver({ state, group, onClose }: { state: State; group?: string; onClose: () => void }) {
  const owned = (state.group ?? []).filter((g) => g.owner);
  const [chosen, setChosen] = useState(group ?? (owned.length === 1 ? owned[0]?.name : undefined) ?? '');
  const moving = owned.filter((g) => chosen === '' || g.name === chosen);
  const owners = [...new Set(moving.map((g) => g.owner))];
  const takers = successors(state, owners.length === 1 ? owners[0] : undefined);
  const action = useAction();
  const start = (): Promise<void> =>
    action.run(async () => {
      const output = await rpc('switch-over', chosen ? { group: chosen } : {});
      announce(String(output['summary'] ?? 'Switched over.'));
      await refresh();
      onClose();
    });
  const taker = takers.length === 1 ? takers[0]?.name : 'the fittest other router';
  return (
    <Dialog title="Switch over" onClose={onClose} busy={action.busy}>
      {owned.length > 1 && (
        <label class="field">
          Which addresses
          <select value={chosen} onChange={(e) => setChosen(e.currentTarget.value)}>
            <option value="">all groups</option>
            {owned.map((g) => (
              <option value={g.name}>{g.name}</option>
            ))}
          </select>
        </label>
      )}
      {moving.map((g) => (
        <div class="moving">
          <p>
            <strong>{g.owner}</strong> gives up these addresses, and <strong>{taker}</strong> takes them:
          </p>
          <Aliases addresses={floating(g)} />
        </div>
      ))}
      <Consequences state={state} owner={owners.length === 1 ? owners[0] : undefined} />
      {takers.length === 0 && (
        <Notice tone="bad" title="No other router can take them now">
          <p>{reasons(state, owners[0])}</p>
        </Notice>
      )}
      <Failure of={action} />
      <div class="buttons end">
        <Button class="quiet" off={action.busy} onClick={onClose}>
          Cancel
        </Button>
        <Button class="main" off={action.busy || takers.length === 0} onClick={() => void start()}>
          {action.busy ? 'Switching over …' : 'Switch over now'}
        </Button>
      </div>
    </Dialog>
  );
}

function reasons(state: State, owner: string | undefined): string {
  const others = (state.member ?? []).filter((m) => m.role === 'router' && m.name !== owner);
  if (others.length === 0) return 'There is no other router in the cluster.';
  return listed(
    others.map(
      (m) => `${m.name}: ${!m.present ? 'not there' : m.reason || (m.standby ? 'in maintenance' : 'not fit')}`,
    ),
  );
}
