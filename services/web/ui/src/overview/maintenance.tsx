// Taking a router out of service for a while, and back: says first what that does.
import { useState } from 'preact/hooks';
import { rpc } from '../api/client';
import type { Member, State } from '../api/types';
import { useAction } from '../base/action';
import { announce } from '../base/announce';
import { Dialog } from '../base/dialog';
import { refresh } from '../base/live';
import { Button, Failure, Notice } from '../base/parts';
import { floating, groupsOf, successors } from './picture';
import { Aliases } from './routers';
import { Consequences } from './switch-over';

export function Maintenance({ state, member, onClose }: { state: State; member: Member; onClose: () => void }) {
  const [comment, setComment] = useState('');
  const action = useAction();
  const start = (): Promise<void> =>
    action.run(async () => {
      const input = { node: member.name, ...(comment ? { comment } : {}) };
      const output = await rpc(member.standby ? 'online' : 'standby', input);
      announce(String(output['summary'] ?? 'Done.'));
      await refresh();
      onClose();
    });
  return (
    <Dialog
      title={member.standby ? `End maintenance of ${member.name}` : `Maintenance of ${member.name}`}
      onClose={onClose}
      busy={action.busy}
    >
      {member.standby ? <WhatOnline member={member} /> : <WhatStandby state={state} member={member} />}
      <label class="field">
        <span>
          Comment for the history <span class="optional">optional</span>
        </span>
        <input type="text" maxLength={200} value={comment} onInput={(e) => setComment(e.currentTarget.value)} />
      </label>
      <Failure of={action} />
      <div class="buttons end">
        <Button class="quiet" off={action.busy} onClick={onClose}>
          Cancel
        </Button>
        <Button class="main" off={action.busy} onClick={() => void start()}>
          {action.busy ? 'Working …' : member.standby ? 'End maintenance' : 'Begin maintenance'}
        </Button>
      </div>
    </Dialog>
  );
}

function WhatOnline({ member }: { member: Member }) {
  return (
    <ul class="consequences">
      <li>
        {member.name} may take floating addresses again. Nothing moves now: a router that serves keeps what it has.
      </li>
      <li>It is a change of the configuration, with a revision of its own.</li>
    </ul>
  );
}

function WhatStandby({ state, member }: { state: State; member: Member }) {
  const groups = groupsOf(state, member.name);
  const takers = successors(state, member.name);
  return (
    <>
      <p>
        {member.name} takes no floating addresses until maintenance is ended, even if no other router is left. It is a
        change of the configuration, with a revision of its own, and lasts over a restart.
      </p>
      {groups.length === 0 ? (
        <p>It holds no addresses now, so no connection notices.</p>
      ) : (
        <>
          {groups.map((group) => (
            <div class="moving">
              <p>
                It gives up these addresses
                {takers.length === 1 && (
                  <>
                    , and <strong>{takers[0]?.name}</strong> takes them
                  </>
                )}
                :
              </p>
              <Aliases addresses={floating(group)} />
            </div>
          ))}
          <Consequences state={state} owner={member.name} />
        </>
      )}
      {groups.length > 0 && takers.length === 0 && (
        <Notice tone="bad" title="No other router can take them now">
          <p>The services would not be reachable until maintenance is ended or another router is ready.</p>
        </Notice>
      )}
    </>
  );
}
