/** A file that is dropped beside a place for files would replace the page, and end a training. Nothing happens instead. */
export function ignoreStrayDrops(): void {
  addEventListener('dragover', (event) => {
    // A place for files, or a text field, has taken it.
    if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'none';
  });
  addEventListener('drop', (event) => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  });
}
