// A modal dialog. The browser's own: it keeps the focus inside and ends with Escape.
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

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
  useLayoutEffect(() => {
    const dialog = ref.current;
    const opener = document.activeElement;
    dialog?.showModal();
    return () => {
      // It goes out of the page, so the focus goes back by hand: to where it was, or to the page's content.
      dialog?.close();
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
      // A browser may close it without asking, after Escape is pressed twice.
      onClose={(event) => {
        if (!event.currentTarget.isConnected) return;
        if (busy) event.currentTarget.showModal();
        else onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
