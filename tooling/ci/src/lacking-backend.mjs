/**
 * How the tests of an unavailable backend count: as skipped, with the reason, but under CI=true as failed, so that no backend
 * goes untested unnoticed. RESNETJS_MAY_LACK, such as `node,webgl`, names backends that a CI machine is known to lack.
 * @param {string} backend
 * @param {string} reason
 * @param {Readonly<Record<string, string | undefined>>} [environment]
 * @returns {{ passed: 0, failed: 0 | 1, skipped: 0 | 1, output: string }}
 */
export function withoutBackend(backend, reason, environment = process.env) {
  const mayLack = (environment.RESNETJS_MAY_LACK ?? '').split(',').map((name) => name.trim());
  if (environment.CI !== 'true' || mayLack.includes(backend)) {
    return { passed: 0, failed: 0, skipped: 1, output: `skipped, without ${backend}: ${reason}` };
  }
  const remedy = `If this machine is known to lack it, set RESNETJS_MAY_LACK=${backend}.`;
  return {
    passed: 0,
    failed: 1,
    skipped: 0,
    output: `under CI=true the backend ${backend} is required: ${reason}\n${remedy}`,
  };
}
