import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import './file-drop.css';

interface FileDropProps {
  readonly label: string;
  readonly onDrop: (items: DataTransferItemList) => void;
  /** A button, for visitors who don't drag. */
  readonly children: ComponentChildren;
}

/** A place to drop files or folders on. */
export function FileDrop({ label, onDrop, children }: FileDropProps) {
  const over = useSignal(false);
  return (
    <section
      aria-label={label}
      class={`drop ${over.value ? 'drop-over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => {
        over.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        if (event.dataTransfer !== null) onDrop(event.dataTransfer.items);
      }}
    >
      <p>
        {label}, or {children}.
      </p>
    </section>
  );
}
