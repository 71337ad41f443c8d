import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an installation leaves about itself; written last, so that a folder without it is not whole. */
interface InstallRecord {
  /** Where TensorFlow came from, in words. */
  readonly source: string;
  readonly tensorflow: string;
  /** Bytes of every file that must be there, by path below the folder. */
  readonly files: Readonly<Record<string, number>>;
}

const recordFile = 'resnetjs.json';

/** null where there is none that can be read. */
export function readRecord(folder: string): InstallRecord | null {
  try {
    const record = JSON.parse(readFileSync(join(folder, recordFile), 'utf8'));
    const whole =
      typeof record.source === 'string' && record.files !== null && typeof record.files === 'object';
    return whole ? record : null;
  } catch {
    return null;
  }
}

export function writeRecord(folder: string, record: InstallRecord): void {
  writeFileSync(join(folder, recordFile), `${JSON.stringify(record, null, 2)}\n`);
}
