import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
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
      {onClose !== undefined && (
        <button type="button" class="icon-button" aria-label="Close this message" onClick={onClose}>
          <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
            <path d="M5 5l10 10M15 5L5 15" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" />
          </svg>
        </button>
      )}
    </div>
  );
}
