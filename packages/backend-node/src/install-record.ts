import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The record of an installation; written last, so that a folder without it is incomplete. */
interface InstallRecord {
  /** Where TensorFlow came from, for people to read. */
  readonly source: string;
  readonly tensorflow: string;
  /** Size in bytes of every required file, by its path in the folder. */
  readonly files: Readonly<Record<string, number>>;
}

const recordFile = 'resnetjs.json';

/** null if the folder has no readable record. */
export function readRecord(folder: string): InstallRecord | null {
  try {
    const record = JSON.parse(readFileSync(join(folder, recordFile), 'utf8'));
    const valid =
      typeof record.source === 'string' && record.files !== null && typeof record.files === 'object';
    return valid ? record : null;
  } catch {
    return null;
  }
}

export function writeRecord(folder: string, record: InstallRecord): void {
  writeFileSync(join(folder, recordFile), `${JSON.stringify(record, null, 2)}\n`);
}
