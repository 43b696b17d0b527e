// Small parts that every page uses.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Action } from './action';

export type Tone = 'good' | 'bad' | 'warn' | 'plain' | 'accent';

/** A word with a mark in front, so that colour is not the only sign. */
export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

interface ButtonProps {
  type?: 'button' | 'submit';
  class?: string;
  /** It cannot be pressed now. */
  off?: boolean;
  'aria-expanded'?: boolean;
  onClick?: () => void;
  children: ComponentChildren;
}

/** A button that keeps the focus while it cannot be pressed: a disabled one would lose it, and who uses the keyboard his place. */
export function Button({ type = 'button', off = false, onClick, children, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-disabled={off || undefined}
      onClick={(event) => {
        if (off) event.preventDefault();
        else onClick?.();
      }}
    >
      {children}
    </button>
  );
}

export function Notice({
  tone = 'plain',
  title,
  children,
}: {
  tone?: Tone;
  title?: string;
  children?: ComponentChildren;
}) {
  return (
    <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : undefined}>
      {title && <p class="notice-title">{title}</p>}
      {children}
    </div>
  );
}

interface FailureProps {
  of: Action;
  title?: string;
  /** Leads to where a problem is; true: it did. */
  onGo?: (path: string) => boolean;
}

/** Why something was refused: words, and where the API names them the value and what is allowed. */
export function Failure({ of, title = 'That did not work', onGo }: FailureProps) {
  if (!of.error) return null;
  return (
    <Notice tone="bad" title={title}>
      {of.problems.length === 0 && <p class="words">{of.error}</p>}
      {of.problems.map((problem) => (
        <div class="problem-of">
          <p class="words">{problem.message || of.error}</p>
          <dl class="facts">
            {problem.path && <Fact name="Where" value={<Where path={problem.path} {...(onGo ? { onGo } : {})} />} />}
            {problem.value !== undefined && <Fact name="Value" value={problem.value} />}
            {problem.allowed && <Fact name="Allowed" value={problem.allowed} />}
          </dl>
        </div>
      ))}
    </Notice>
  );
}

function Where({ path, onGo }: { path: string; onGo?: (path: string) => boolean }) {
  if (!onGo) return <>{path}</>;
  return (
    <button type="button" class="link" onClick={() => void onGo(path)}>
      {path}
    </button>
  );
}

export function Fact({ name, value }: { name: string; value: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** The page's heading takes the focus when the page is opened: there reading begins. */
export function Heading({ children, aside }: { children: string; aside?: ComponentChildren }) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${children} – Trireme`;
    // Not at the first load: the way through the page begins at its top then.
    if (document.activeElement && document.activeElement !== document.body) ref.current?.focus({ preventScroll: true });
  }, [children]);
  return (
    <div class="heading">
      <h1 ref={ref} tabIndex={-1}>
        {children}
      </h1>
      {aside}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <p class="loading" role="status">
      Loading {what} …
    </p>
  );
}

/** Nothing is there: says what would be, and what to do. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}
