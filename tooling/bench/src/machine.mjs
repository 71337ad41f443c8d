import { cpus, freemem, loadavg, totalmem } from 'node:os';

/** What a benchmark's reader has to know about this machine. */
export function describeMachine() {
  const gibibytes = (/** @type {number} */ bytes) => Math.round(bytes / 2 ** 30);
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: cpus().length,
    memory: `${gibibytes(totalmem())} GiB, ${gibibytes(freemem())} free`,
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    load: Number(loadavg()[0]?.toFixed(1)),
  };
}
