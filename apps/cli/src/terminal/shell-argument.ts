/** A text as an argument in a command that may be copied into a shell: as it is where it can be, otherwise in quotes. */
export function shellArgument(text: string): string {
  if (/^[\p{L}\p{N}@%+=:,./\\_-]+$/u.test(text) && (process.platform === 'win32' || !text.includes('\\')))
    return text;
  return process.platform === 'win32' ? `"${text}"` : `'${text.replaceAll("'", `'\\''`)}'`;
}
