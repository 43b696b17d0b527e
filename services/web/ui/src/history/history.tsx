// The revisions: who changed what and when, and the way back to one.
import { useEffect, useState } from 'preact/hooks';
import { diff, rpc } from '../api/client';
import type { Revision } from '../api/types';
import { ConfirmFields, TRIAL, trialInput, type Trial } from '../changes/confirm-fields';
import { DiffLines } from '../changes/diff-lines';
import { useAction } from '../base/action';
import { announce } from '../base/announce';
import { reloadDraft } from '../base/candidate';
import { Dialog } from '../base/dialog';
import { moment } from '../base/format';
import { mayOperate, refresh, session, state as liveState } from '../base/live';
import { Badge, Button, Empty, Failure, Heading, Loading } from '../base/parts';
import { useStore } from '../base/store';

const KINDS: Record<string, string> = {
  change: 'change',
  confirm: 'confirmed',
  revert: 'went back',
  rollback: 'rolled back',
};

export function History() {
  const state = useStore(liveState);
  const [asked, setAsked] = useState<Revision>();
  const operator = mayOperate(useStore(session)?.role);
  if (!state) return <Loading what="the history" />;
  const revisions = [...(state.revision ?? [])].sort((a, b) => b.number - a.number);
  const inUse = state.configuration?.revision;
  return (
    <>
      <Heading>History</Heading>
      <p class="lead">
        Every commit is a revision of the whole configuration. You can look at each, and go back to it.
      </p>
      {revisions.length === 0 && <Empty>The config service names no revisions: it may not be running.</Empty>}
      <ol class="revisions">
        {revisions.map((revision) => (
          <RevisionRow
            key={`${revision.number} ${revision.id}`}
            revision={revision}
            inUse={revision.number === inUse}
            {...(operator && revision.number !== inUse ? { onRollback: () => setAsked(revision) } : {})}
          />
        ))}
      </ol>
      {asked && <Rollback revision={asked} onClose={() => setAsked(undefined)} />}
    </>
  );
}

function RevisionRow({ revision, inUse, onRollback }: { revision: Revision; inUse: boolean; onRollback?: () => void }) {
  const [lines, setLines] = useState<string[]>();
  const action = useAction();
  const look = (): Promise<void> => action.run(async () => setLines(await diff(revision.number - 1, revision.number)));
  return (
    <li class={`card revision ${inUse ? 'in-use' : ''}`}>
      <div class="revision-line">
        <strong class="revision-number">{revision.number}</strong>
        <div>
          <p>
            {revision.comment || <span class="muted">no comment</span>} {inUse && <Badge tone="accent">in use</Badge>}
            {revision.state && revision.state !== 'in use' && <Badge tone="warn">{revision.state}</Badge>}
          </p>
          <p class="muted">
            {moment(revision.time)} · {revision.author} · {KINDS[revision.kind] ?? revision.kind}
          </p>
        </div>
        <div class="buttons">
          {revision.number > 1 && (
            <Button
              class="quiet small"
              aria-expanded={lines !== undefined}
              off={action.busy}
              onClick={() => (lines ? setLines(undefined) : void look())}
            >
              {lines ? 'Hide' : 'What changed'}
              <span class="unseen"> in revision {revision.number}</span>
            </Button>
          )}
          {onRollback && (
            <button type="button" class="small" onClick={onRollback}>
              Go back…<span class="unseen"> to revision {revision.number}</span>
            </button>
          )}
        </div>
      </div>
      <Failure of={action} />
      {lines &&
        (lines.length > 0 ? (
          <DiffLines lines={lines} label={`Changes of revision ${revision.number}`} />
        ) : (
          <p class="muted">Nothing: the same document as before.</p>
        ))}
    </li>
  );
}

function Rollback({ revision, onClose }: { revision: Revision; onClose: () => void }) {
  const [lines, setLines] = useState<string[]>();
  const [comment, setComment] = useState('');
  const [trial, setTrial] = useState<Trial>(TRIAL);
  const looking = useAction();
  const action = useAction();
  useEffect(() => void looking.run(async () => setLines(await diff('running', revision.number))), []);
  const start = (): Promise<void> =>
    action.run(async () => {
      const output = await rpc('rollback', {
        revision: revision.number,
        ...(comment ? { comment } : {}),
        ...trialInput(trial),
      });
      announce(String(output['summary'] ?? 'Rolled back.'));
      await Promise.all([refresh(), reloadDraft()]);
      onClose();
    });
  return (
    <Dialog title={`Go back to revision ${revision.number}`} onClose={onClose} busy={action.busy}>
      <p>
        A new revision with the document of revision {revision.number} comes into use on every node. This changes
        against what is in use now:
      </p>
      {!lines && !looking.error && <Loading what="the differences" />}
      {lines && lines.length === 0 && <p class="empty">Nothing: it is the same document.</p>}
      {lines && lines.length > 0 && (
        <div class="scroll" tabIndex={0}>
          <DiffLines lines={lines} label="Differences" />
        </div>
      )}
      <Failure of={looking} />
      <label class="field">
        <span>
          Comment <span class="optional">optional</span>
        </span>
        <input type="text" maxLength={200} value={comment} onInput={(e) => setComment(e.currentTarget.value)} />
      </label>
      <ConfirmFields value={trial} onChange={setTrial} />
      <Failure of={action} />
      <div class="buttons end">
        <Button class="quiet" off={action.busy} onClick={onClose}>
          Cancel
        </Button>
        <Button
          class="main"
          off={action.busy || !lines || lines.length === 0}
          onClick={() => void start()}
        >
          {action.busy ? 'Going back …' : 'Go back'}
        </Button>
      </div>
    </Dialog>
  );
}
