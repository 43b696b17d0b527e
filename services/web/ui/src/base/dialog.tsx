// A modal dialog. The browser's own: it keeps the focus inside and ends with Escape.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface Props {
  title: string;
  onClose: () => void;
  /** While something is under way the dialog stays. */
  busy?: boolean;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, busy = false, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement;
    ref.current?.showModal();
    // It is taken out of the page, not closed: the focus goes back by hand, to where it was or to the page's content.
    return () => {
      const back = opener instanceof HTMLElement && opener.isConnected ? opener : document.getElementById('content');
      back?.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!busy) onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
