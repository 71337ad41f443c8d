import { cpus, freemem, loadavg, totalmem } from 'node:os';
import { thisProcessor } from '@resnetjs/parity/node';

/** What a benchmark's reader has to know about this machine. */
export function describeMachine() {
  const gibibytes = (/** @type {number} */ bytes) => Math.round(bytes / 2 ** 30);
  const { name, instructionSets } = thisProcessor();
  return {
    processor: instructionSets ? `${name}, ${instructionSets.join(', ')}` : name,
    cores: cpus().length,
    memory: `${gibibytes(totalmem())} GiB, ${gibibytes(freemem())} free`,
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    load: Number(loadavg()[0]?.toFixed(1)),
  };
}
