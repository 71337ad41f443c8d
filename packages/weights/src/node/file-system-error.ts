import { ResNetError } from '@resnetjs/core';

type Reasons = Readonly<Record<string, string>>;

const reasons: Reasons = {
  EACCES: 'this user may not write there; choose another folder, or change its permissions',
  EPERM: 'this user may not do that there; choose another folder, or change its permissions',
  EROFS: 'that file system is read-only; choose another folder',
  ENOSPC: 'the disk is full; make room, or choose another folder',
  EDQUOT: 'your share of the disk is used up; make room, or choose another folder',
  ENOTDIR: 'a part of that path is a file, not a folder; choose another folder',
  EEXIST: 'there is a file of that name; choose another folder',
  EISDIR: 'that is a folder; give a file',
  ENOENT: 'there is no such file or folder; check the path',
};

const readingReasons: Reasons = {
  EACCES: 'this user may not read there; change its permissions',
  EPERM: 'this user may not do that there; change its permissions',
  ENOTDIR: 'a part of that path is a file, not a folder; check the path',
};

/** What the file system refused to read, in words. */
export function readingError(what: string, path: string, cause: unknown): ResNetError {
  return fileSystemError(what, path, cause, readingReasons);
}

/** What the file system refused, in words. */
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
