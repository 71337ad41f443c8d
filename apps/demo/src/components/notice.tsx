import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { CloseButton } from './close-button.js';
import './notice.css';

interface NoticeProps {
  readonly kind: 'problem' | 'info';
  readonly title?: string;
  readonly onClose?: () => void;
  readonly children: ComponentChildren;
}

/** A message; a problem is announced by screen readers at once, and scrolled into view. */
export function Notice({ kind, title, onClose, children }: NoticeProps) {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (kind === 'problem') root.current?.scrollIntoView({ block: 'nearest' });
  }, [kind]);
  return (
    <div ref={root} class={`notice notice-${kind}`} role={kind === 'problem' ? 'alert' : 'status'}>
      <div>
        {title !== undefined && <strong>{title}</strong>}
        <div>{children}</div>
      </div>
      {onClose !== undefined && <CloseButton label="Close this message" onClick={onClose} />}
    </div>
  );
}
