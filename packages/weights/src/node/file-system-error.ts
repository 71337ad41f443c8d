import { ResNetError } from '@resnetjs/core';

type Reasons = Readonly<Record<string, string>>;

const reasons: Reasons = {
  EACCES: 'this user may not write there; choose another folder, or change its permissions',
  EPERM: 'that is not permitted there; choose another folder, or change its permissions',
  EROFS: 'that file system is read-only; choose another folder',
  ENOSPC: 'the disk is full; free some space, or choose another folder',
  EDQUOT: 'your disk quota is used up; free some space, or choose another folder',
  ENOTDIR: 'a part of that path is a file, not a folder; choose another folder',
  EEXIST: 'a file of that name exists; choose another folder',
  EISDIR: 'that is a folder; give a file',
  ENOENT: 'there is no such file or folder; check the path',
};

const readingReasons: Reasons = {
  EACCES: 'this user may not read there; change its permissions',
  EPERM: 'that is not permitted there; change its permissions',
  ENOTDIR: 'a part of that path is a file, not a folder; check the path',
};

/** The error for a file or folder that could not be read: `what` happened, why, and what to do. */
export function readingError(what: string, path: string, cause: unknown): ResNetError {
  return fileSystemError(what, path, cause, readingReasons);
}

/** The error for something that the file system refused: `what` happened, why, and what to do. */
export function fileSystemError(
  what: string,
  path: string,
  cause: unknown,
  moreReasons: Reasons = {},
): ResNetError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const reason = moreReasons[code] ?? reasons[code] ?? message;
  return new ResNetError(
    'file-system',
    `${what}: ${reason}${code ? ` (${code})` : ''}.`,
    { path, code },
    { cause },
  );
}
