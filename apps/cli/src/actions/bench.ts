import { measureSpeed, type SpeedWorkload, speedWorkloads } from '@resnetjs/parity';
import { thisProcessor } from '@resnetjs/parity/node';
import { startBackend } from '../backends/start-backend.js';
import type { Output } from '../json/outputs.js';
import { printJson } from '../json/print-json.js';
import type { BenchCommandOptions } from '../options/command-options.js';
import { plural } from '../terminal/format.js';
import { groupedTable } from '../terminal/grouped-table.js';
import { paintFor } from '../terminal/paint.js';
import { Progress } from '../terminal/progress.js';
import { columnsOf, wrapped } from '../terminal/wrapped.js';

type Report = Output<'bench'>;
type Row = Report['workloads'][number];

/** Times the workloads that every device is compared by, and prints the medians. */
export async function bench(options: BenchCommandOptions): Promise<void> {
  const { rounds } = options;
  const { choice, threads, details } = await startBackend(options.backend, options);
  const progress = new Progress(process.stderr);
  const rows: Row[] = [];
  try {
    for (const [index, workload] of speedWorkloads.entries()) {
      const onRun = (done: number, of: number) =>
        progress.update({
          label: titleOf(workload),
          short: `${index + 1}/${speedWorkloads.length}`,
          ...{ done, of, unit: 'runs', figures: [] },
        });
      rows.push({ ...workload, ...(await measureSpeed(workload, { rounds, onRun })) });
    }
  } finally {
    progress.end();
  }
  const report: Report = {
    backend: choice,
    threads,
    details,
    processor: thisProcessor(),
    node: process.version,
    system: `${process.platform} ${process.arch}`,
    workloads: rows,
  };
  if (options.json) return printJson('bench', report);
  process.stdout.write(`${format(report)}\n`);
}

const titleOf = ({ network, task, size, batchSize }: SpeedWorkload) =>
  `${task === 'inference' ? 'classifying' : 'training'}, ${network}, ${size}×${size}, ${plural(batchSize, 'image')}`;

function format({ backend, threads, details, processor, node, system, workloads }: Report): string {
  const columns = columnsOf(process.stdout);
  const sets = processor.instructionSets?.join(', ');
  const heading = [
    `${backend}, ${plural(threads, 'thread')}${details.instructions ? `, ${details.instructions}` : ''}`,
    `${processor.name}${sets ? `, ${sets}` : ''}; Node ${node.slice(1)}, ${system}`,
  ].map((line) => wrapped(line, { columns }));
  const perSecond = ({ median, batchSize }: Row) => (1000 * batchSize) / median;
  const groups = [
    ['Classifying one image', 'inference'],
    ['A training step', 'training'],
  ].map(([heading = '', task]) => ({ heading, rows: workloads.filter((each) => each.task === task) }));
  const table = groupedTable(
    groups,
    {
      nameOf: ({ network, size }: Row) => `${network}, ${size}×${size}`,
      columns: {
        median: ({ median }: Row) => `${milliseconds(median)} ms`,
        'images/s': (row: Row) => perSecond(row).toFixed(1),
        batch: ({ batchSize }: Row) => String(batchSize),
        first: ({ first }: Row) => `${milliseconds(first)} ms`,
      },
      layouts: [['median', 'images/s', 'batch', 'first'], ['median', 'images/s'], ['median']],
      words: [],
    },
    { columns, paint: paintFor(process.stdout) },
  );
  return [...heading, '', table].join('\n');
}

const milliseconds = (value: number) => value.toFixed(value < 100 ? 1 : 0);
