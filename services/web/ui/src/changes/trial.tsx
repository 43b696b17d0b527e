// A revision that goes back by itself: how long there is to confirm it, on every page and over a reload.
import { useEffect, useState } from 'preact/hooks';
import { rpc } from '../api/client';
import { useAction } from '../base/action';
import { announce } from '../base/announce';
import { reloadDraft } from '../base/candidate';
import { clock } from '../base/format';
import { mayOperate, refresh, session, state as liveState } from '../base/live';
import { Button, Failure } from '../base/parts';
import { useStore } from '../base/store';

/** Seconds that are left, counted here between two words from the router. */
function useCountdown(remaining: number | undefined): number {
  const [end, setEnd] = useState(0);
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (remaining === undefined) return undefined;
    setEnd(Date.now() + remaining * 1000);
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [remaining]);
  return Math.max(0, (end - now) / 1000);
}

export function TrialBanner() {
  const confirm = useStore(liveState)?.configuration?.confirm;
  const operator = mayOperate(useStore(session)?.role);
  const left = useCountdown(confirm?.remaining);
  const action = useAction();
  const number = confirm?.revision;
  useEffect(() => {
    if (number !== undefined) announce(`Revision ${number} has to be confirmed, or it goes back by itself.`);
  }, [number]);
  if (!confirm) return null;
  const finish = (name: string, input: Record<string, number>, words: string): Promise<void> =>
    action.run(async () => {
      const output = await rpc(name, input);
      announce(String(output['summary'] ?? words));
      await Promise.all([refresh(), reloadDraft()]);
    });
  return (
    <section class="trial" aria-label="Revision on trial">
      <div class="trial-line">
        <p>
          <strong>Revision {confirm.revision} is on trial.</strong>{' '}
          {confirm.reverted ? (
            'This node has gone back to the revision before it already; the cluster has not agreed on that yet.'
          ) : (
            <>
              Without a word from you it goes back in{' '}
              <span class="countdown" role="timer">
                {clock(left)}
              </span>
              .
            </>
          )}
        </p>
        {operator && (
          <div class="buttons">
            <Button
              class="main"
              off={action.busy}
              onClick={() => void finish('confirm', {}, 'Confirmed.')}
            >
              Keep it
            </Button>
            <Button
              off={action.busy}
              onClick={() => void finish('rollback', { revision: confirm.revision - 1 }, 'Rolled back.')}
            >
              Roll back now
            </Button>
          </div>
        )}
      </div>
      <Failure of={action} />
    </section>
  );
}
