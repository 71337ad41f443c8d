import stringWidth from 'string-width';

/** `95.7%` */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)}%` : '–';
}

/** A number with about four digits, whatever its size. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 10_000 ? value.toExponential(2) : value.toFixed(Math.abs(value) < 10 ? 4 : 2);
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `2 epochs`, `1 epoch` */
/** `11.7 M`, `4.09 G`: three digits; numbers below 1000 unchanged. */
export function large(value: number): string {
  const units = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  const [size, unit] = units.find(([size]) => value >= size) ?? [1, ''];
  return unit === '' ? String(value) : `${(value / size).toPrecision(3)} ${unit}`;
}

export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** `4.3 images/s`, `1,250 images/s` */
export const imagesPerSecond = (speed: number): string =>
  `${speed < 10 ? speed.toFixed(1) : count(Math.round(speed))} images/s`;

/** `12 s`, `3 min 05 s`, `2 h 07 min` */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** `████░░`: as many full cells as the share has of the width. */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

/** Text from a file, such as a class name: `harmless`, and cut to `width` cells. */
export function shown(text: string, width = 40): string {
  const clean = harmless(text);
  if (stringWidth(clean) <= width) return clean;
  let cut = '';
  for (const character of clean) {
    if (stringWidth(cut + character) >= width) break;
    cut += character;
  }
  return `${cut}…`;
}

/** Replaces control characters and those that change the writing direction, for text that comes from elsewhere. */
export function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '�');
}

/** A table whose first column is aligned left, the others right, as numbers are. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, stringWidth(cell));
    });
  }
  const line = (row: readonly string[]) =>
    row.map((cell, column) => {
      const space = ' '.repeat((widths[column] as number) - stringWidth(cell));
      return column === 0 ? cell + space : space + cell;
    });
  return rows.map((row) => line(row).join('  ').trimEnd()).join('\n');
}
