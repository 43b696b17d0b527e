// Whether a real server is to be used: enabled, draining, disabled.
import { useState } from 'preact/hooks';
import { rpc } from '../api/client';
import type { AdminState, RealServer } from '../api/types';
import { useAction } from '../base/action';
import { announce } from '../base/announce';
import { Dialog } from '../base/dialog';
import { refresh } from '../base/live';
import { Button, Failure } from '../base/parts';

const CHOICES: { value: AdminState; name: string; help: string }[] = [
  { value: 'enabled', name: 'Enabled', help: 'Takes new connections as long as its check is good.' },
  { value: 'drain', name: 'Drain', help: 'Takes no new connections; those that it has go on.' },
  { value: 'disabled', name: 'Disabled', help: 'Takes nothing, is not checked, and its connections end.' },
];

export function AdminStateDialog({ pool, server, onClose }: { pool: string; server: RealServer; onClose: () => void }) {
  const [value, setValue] = useState<AdminState>(server['admin-state']);
  const action = useAction();
  const start = (): Promise<void> =>
    action.run(async () => {
      const output = await rpc('set-admin-state', { pool, 'real-server': server.name, 'admin-state': value });
      announce(String(output['summary'] ?? 'Done.'));
      await refresh();
      onClose();
    });
  return (
    <Dialog title={`Use of ${server.name} in the pool ${pool}`} onClose={onClose} busy={action.busy}>
      <p>It holds for every service that uses the pool, at once, with a revision of its own in the history.</p>
      <fieldset class="radios">
        <legend class="unseen">Use</legend>
        {CHOICES.map((choice) => (
          <label>
            <input
              type="radio"
              name="admin-state"
              checked={value === choice.value}
              onChange={() => setValue(choice.value)}
            />
            <span>
              <strong>{choice.name}</strong> {choice.help}
            </span>
          </label>
        ))}
      </fieldset>
      <Failure of={action} />
      <div class="buttons end">
        <Button class="quiet" off={action.busy} onClick={onClose}>
          Cancel
        </Button>
        <Button
          class="main"
          off={action.busy || value === server['admin-state']}
          onClick={() => void start()}
        >
          {action.busy ? 'Working …' : 'Apply'}
        </Button>
      </div>
    </Dialog>
  );
}
