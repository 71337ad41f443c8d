import { readFileSync } from 'node:fs';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/**
 * What publint and "Are the types wrong?" say of a packed package. That CommonJS can't `require` it is intended.
 * @param {import('./pack.mjs').Packed} packed
 * @returns {Promise<readonly string[]>}
 */
export async function lintPackage({ name, archive }) {
  const { buffer, byteOffset, byteLength } = readFileSync(archive);
  const tarball = buffer.slice(byteOffset, byteOffset + byteLength);
  const { messages, pkg } = await publint({ strict: true, pack: { tarball } });
  const types = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
  const wrong = (types.types ? types.problems : []).filter(
    (problem) =>
      problem.kind !== 'CJSResolvesToESM' &&
      !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)),
  );
  return [
    ...messages.map((message) => `${name}: publint: ${formatMessage(message, pkg)}`),
    ...wrong.map((problem) => `${name}: the types are wrong: ${JSON.stringify(problem)}`),
  ];
}
