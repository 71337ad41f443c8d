/**
 * What the tests of a backend count as where it can't be had: skipped with the reason, but under CI=true failed, so
 * that nothing goes untested unseen. RESNETJS_MAY_LACK, as `node,webgl`, names the backends that a machine of CI is
 * known to do without.
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
  const wayOut = `If this machine is to do without, say RESNETJS_MAY_LACK=${backend}.`;
  return {
    passed: 0,
    failed: 1,
    skipped: 0,
    output: `under CI=true ${backend} has to be there: ${reason}\n${wayOut}`,
  };
}
