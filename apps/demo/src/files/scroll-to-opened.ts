import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { openedFile } from './opened-file.js';

/** The file that was in view last, by room. */
const seen = new Map<string, unknown>();

/** Brings what a room shows of a file into view when that was just opened; a visitor who comes back begins at the top. */
export function useScrollToOpened(room: string, to: RefObject<HTMLElement | null>): void {
  const file = openedFile.value;
  useEffect(() => {
    if (file === null || seen.get(room) === file || to.current === null) return; // in Use, it may not be there yet
    to.current.scrollIntoView();
    seen.set(room, file);
  });
}
