/** Hands a file to the browser to save. */
export function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has the bytes when the click is over; some take a moment to ask for them.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
