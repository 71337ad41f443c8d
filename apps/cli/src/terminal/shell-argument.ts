/** Text as an argument of a command to copy into a shell: quoted only if it has to be. */
export function shellArgument(text: string): string {
  if (/^[\p{L}\p{N}@%+=:,./\\_-]+$/u.test(text) && (process.platform === 'win32' || !text.includes('\\')))
    return text;
  return process.platform === 'win32' ? `"${text}"` : `'${text.replaceAll("'", `'\\''`)}'`;
}
