// The draft against what is in use, and the commit.
import { useEffect, useState } from 'preact/hooks';
import { diff, rpc } from '../api/client';
import type { JsonObject } from '../api/types';
import { useAction } from '../base/action';
import { announce } from '../base/announce';
import { discardDraft, draft, loadDraft, reloadDraft, type Draft } from '../base/candidate';
import { Dialog } from '../base/dialog';
import { plural } from '../base/format';
import { mayOperate, refresh, session, state as liveState } from '../base/live';
import { Button, Failure, Heading, Loading, Notice } from '../base/parts';
import { useStore } from '../base/store';
import { hasUnsaved } from '../configuration/unsaved';
import { ConfirmFields, type Trial, trialInput, TRIAL } from './confirm-fields';
import { DiffLines } from './diff-lines';
import { baseOf } from './etag';

export function Changes() {
  const current = useStore(draft);
  const revision = useStore(liveState)?.configuration?.revision;
  const operator = mayOperate(useStore(session)?.role);
  const fetching = useAction();
  // Another window may have changed it; when another revision is in use the page's frame fetches it.
  useEffect(() => void fetching.run(loadDraft), []);
  return (
    <>
      <Heading>Changes</Heading>
      <Failure of={fetching} />
      {hasUnsaved() && (
        <Notice tone="warn" title="A form has edits that are not in the draft">
          <p>They are not part of what is shown here. Save them to the draft first, or leave them.</p>
        </Notice>
      )}
      {!current && !fetching.error && <Loading what="your draft" />}
      {current && current.changes.length === 0 && (
        <p class="empty">
          Your draft is the same as what is in use. Change something in the <a href="#/configuration">configuration</a>,
          or <a href="#/import">import</a>.
        </p>
      )}
      {current && current.changes.length > 0 && (
        <>
          <p class="lead">
            {plural(current.changes.length, 'difference')} between your draft and what is in use
            {revision !== undefined && ` (revision ${revision})`}.
          </p>
          <DiffLines lines={current.changes} label="Differences" />
          {operator ? (
            <Commit current={current} {...(revision === undefined ? {} : { revision })} />
          ) : (
            <p class="muted">Your role may look, not commit.</p>
          )}
        </>
      )}
    </>
  );
}

function Commit({ current, revision }: { current: Draft; revision?: number }) {
  const [comment, setComment] = useState('');
  const [trial, setTrial] = useState<Trial>(TRIAL);
  const [discarding, setDiscarding] = useState(false);
  const action = useAction();
  const waiting = useStore(liveState)?.configuration?.confirm;
  const base = baseOf(current.etag);
  const overtaken = base !== undefined && revision !== undefined && base < revision;
  const start = (): Promise<void> =>
    action.run(async () => {
      const input: JsonObject = { ...(comment ? { comment } : {}), ...trialInput(trial) };
      await loadDraft();
      if (draft.get()?.etag !== current.etag)
        throw new Error('The draft was changed meanwhile, in another window: look at the differences again.');
      const output = await rpc('commit', input);
      announce(String(output['summary'] ?? 'Committed.'));
      await Promise.all([refresh(), reloadDraft()]);
    });
  return (
    <form
      class="commit card"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <h2>Commit</h2>
      <label class="field">
        <span>
          Comment <span class="optional">optional</span>
        </span>
        <input type="text" maxLength={200} value={comment} onInput={(e) => setComment(e.currentTarget.value)} />
      </label>
      <ConfirmFields value={trial} onChange={setTrial} />
      {waiting && (
        <Notice tone="warn" title={`Revision ${waiting.revision} waits to be confirmed`}>
          <p>Keep it or roll it back first (above): as long as it is on trial, nothing else can be committed.</p>
        </Notice>
      )}
      <Failure of={action} title="Not committed" />
      {overtaken && base !== undefined && <Overtaken base={base} onDiscard={() => setDiscarding(true)} />}
      <div class="buttons">
        <Button type="submit" class="main" off={action.busy || waiting !== undefined}>
          {action.busy ? 'Committing …' : 'Commit'}
        </Button>
        <Button class="quiet danger" off={action.busy} onClick={() => setDiscarding(true)}>
          Discard the draft…
        </Button>
      </div>
      {discarding && <Discard onClose={() => setDiscarding(false)} />}
    </form>
  );
}

/** Somebody else has committed since the draft was begun. */
function Overtaken({ base, onDiscard }: { base: number; onDiscard: () => void }) {
  const [lines, setLines] = useState<string[]>();
  const action = useAction();
  const look = (): Promise<void> => action.run(async () => setLines(await diff(base, 'running')));
  return (
    <Notice tone="warn" title="Somebody else has committed meanwhile">
      <p>
        Your draft began as revision {base}, which is not the newest any more, so it cannot be committed: it would undo
        what the other person did. Note your differences, discard the draft, and make them again on top of what is in
        use now.
      </p>
      <div class="buttons">
        <Button off={action.busy} onClick={() => void look()}>
          What did they change?
        </Button>
        <button type="button" onClick={onDiscard}>
          Discard the draft…
        </button>
      </div>
      <Failure of={action} />
      {lines &&
        (lines.length > 0 ? (
          <DiffLines lines={lines} label={`Since revision ${base}`} />
        ) : (
          <p>Nothing that is different now.</p>
        ))}
    </Notice>
  );
}

function Discard({ onClose }: { onClose: () => void }) {
  const action = useAction();
  const start = (): Promise<void> =>
    action.run(async () => {
      await discardDraft();
      announce('The draft is discarded.');
      onClose();
    });
  return (
    <Dialog title="Discard the draft?" onClose={onClose} busy={action.busy}>
      <p>All its differences are forgotten. What is in use stays as it is.</p>
      <Failure of={action} />
      <div class="buttons end">
        <Button class="quiet" off={action.busy} onClick={onClose}>
          Keep it
        </Button>
        <Button class="main danger" off={action.busy} onClick={() => void start()}>
          Discard
        </Button>
      </div>
    </Dialog>
  );
}
