// What all fields of a form share: the draft, what was wrong with it, and where a path's field is.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Problem } from '../api/errors';
import type { JsonObject } from '../api/types';

interface FormState {
  /** The whole draft, for the values of references. */
  document: JsonObject;
  /** What was wrong with what was saved last. */
  problems: Problem[];
  /** For who may only look. */
  locked: boolean;
  /** The part is not there yet, so that its keys can be chosen. */
  isNew: boolean;
}

export const FormContext = createContext<FormState>({ document: {}, problems: [], locked: true, isNew: false });

/** The id of the element that edits what is at an instance path. */
export function fieldId(path: string): string {
  return `at:${path}`;
}

/** Brings the field of an instance path, or the nearest one around it that is shown, into view. False: there is none. */
export function focusField(path: string): boolean {
  for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf('/'))) {
    const element =
      document.getElementById(fieldId(at)) ?? document.getElementById(fieldId(at.replace(/\[\.=.*\]$/, '')));
    if (!element) continue;
    element.scrollIntoView({ block: 'center' });
    element.focus();
    return true;
  }
  return false;
}

export function problemsAt(problems: Problem[], path: string): Problem[] {
  return problems.filter((p) => p.path === path || (p.path?.startsWith(`${path}[.=`) ?? false));
}

export function ProblemsAt({ path, id }: { path: string; id?: string }) {
  const found = problemsAt(useContext(FormContext).problems, path);
  if (found.length === 0) return null;
  return (
    <div class="problem" id={id}>
      {found.map((p) => (
        <p>
          {p.value !== undefined && <>{p.value || 'nothing'}: </>}
          {p.allowed ? `allowed is ${p.allowed}` : p.message}
        </p>
      ))}
    </div>
  );
}
