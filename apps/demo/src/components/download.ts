/** Has the browser save a file. */
export function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Some browsers read the bytes a moment after the click.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
