import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

export const imageTypes = 'image/jpeg,image/png,image/webp';

interface FileButtonProps {
  readonly class: 'button' | 'link' | 'quiet';
  /** What the files are for: tests find the input by it. */
  readonly purpose: string;
  /** MIME types or file name extensions, as in HTML. */
  readonly accept?: string;
  /** Whether whole folders are chosen. */
  readonly folders?: boolean;
  /** Whether several files may be chosen. */
  readonly multiple?: boolean;
  readonly onFiles: (files: FileList) => void;
  readonly children: ComponentChildren;
}

/** A button that opens the browser's file dialog. */
export function FileButton(props: FileButtonProps) {
  const { purpose, accept, folders, multiple, onFiles, children } = props;
  const input = useRef<HTMLInputElement | null>(null);
  return (
    <>
      <button type="button" class={props.class} onClick={() => input.current?.click()}>
        {children}
      </button>
      <input
        ref={(element) => {
          input.current = element;
          if (folders) element?.setAttribute('webkitdirectory', '');
        }}
        type="file"
        {...(accept === undefined ? {} : { accept })}
        multiple={folders || multiple}
        hidden
        data-purpose={purpose}
        onChange={(event) => {
          onFiles(event.currentTarget.files as FileList);
          event.currentTarget.value = ''; // the same file may be chosen again
        }}
      />
    </>
  );
}
