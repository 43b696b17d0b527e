// Whether a change has to be confirmed, and in which time.
import type { JsonObject } from '../api/types';

export interface Trial {
  on: boolean;
  minutes: string;
}

const MINUTES_MAX = 1440;

export const TRIAL: Trial = { on: true, minutes: '10' };

/** What the API takes: seconds. */
export function trialInput(trial: Trial): JsonObject {
  if (!trial.on) return {};
  const minutes = Number(trial.minutes);
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > MINUTES_MAX) {
    throw new Error(
      `Minutes to confirm: ${trial.minutes || 'nothing'}. Allowed is a whole number from 1 to ${MINUTES_MAX}.`,
    );
  }
  return { confirm: minutes * 60 };
}

export function ConfirmFields({ value, onChange }: { value: Trial; onChange: (value: Trial) => void }) {
  return (
    <fieldset class="trial-fields">
      <legend class="unseen">Confirm</legend>
      <label class="check">
        <input
          type="checkbox"
          checked={value.on}
          onChange={(e) => onChange({ ...value, on: e.currentTarget.checked })}
        />{' '}
        Go back by itself unless I confirm
      </label>
      {value.on && (
        <label>
          within{' '}
          <input
            class="short"
            type="text"
            inputMode="numeric"
            value={value.minutes}
            aria-label="Minutes to confirm"
            onInput={(e) => onChange({ ...value, minutes: e.currentTarget.value.trim() })}
          />{' '}
          minutes
        </label>
      )}
      <p class="help">
        {value.on
          ? 'If the change locks you out, every node returns to the revision before it when the time is over.'
          : 'Without this, a change that locks you out stays in use.'}
      </p>
    </fieldset>
  );
}
