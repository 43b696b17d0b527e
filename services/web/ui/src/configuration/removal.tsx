// Taking an entry out of the draft.
import { useState } from 'preact/hooks';
import { remove } from '../api/client';
import type { ModelNode } from '../api/types';
import { useAction } from '../base/action';
import { announce } from '../base/announce';
import { draft, reloadDraft } from '../base/candidate';
import { Dialog } from '../base/dialog';
import { Button, Failure } from '../base/parts';
import { go } from '../base/router';
import { apiPath, formatPlace, type Step } from './place';
import { unsaved } from './unsaved';

export function Removal({ model, steps, busy }: { model: ModelNode; steps: Step[]; busy: boolean }) {
  const [asked, setAsked] = useState(false);
  return (
    <>
      <Button class="quiet danger" off={busy} onClick={() => setAsked(true)}>
        Remove…
      </Button>
      {asked && <Question model={model} steps={steps} onClose={() => setAsked(false)} />}
    </>
  );
}

function Question({ model, steps, onClose }: { model: ModelNode; steps: Step[]; onClose: () => void }) {
  const action = useAction();
  const start = (): Promise<void> =>
    action.run(async () => {
      await remove(apiPath(steps), draft.get()?.etag ?? null);
      unsaved.delete(formatPlace(steps));
      await reloadDraft();
      announce('Removed from the draft.');
      go(`configuration/${model.name}`);
    });
  return (
    <Dialog title={`Remove ${model.name} ${steps[0]?.keys.join(', ')}?`} onClose={onClose} busy={action.busy}>
      <p>It is taken out of your draft. What is in use changes when you commit.</p>
      <Failure of={action} />
      <div class="buttons end">
        <Button class="quiet" off={action.busy} onClick={onClose}>
          Cancel
        </Button>
        <Button class="main danger" off={action.busy} onClick={() => void start()}>
          Remove
        </Button>
      </div>
    </Dialog>
  );
}
