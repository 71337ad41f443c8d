/** @typedef {import('./comparison.mjs').Table} Table */
/** @typedef {import('./comparison.mjs').Row} Row */
/** @typedef {ReturnType<typeof import('./machine.mjs').describeMachine> & { browser?: string }} Machine */

/** @param {number} value @param {Table['unit']} unit */
function shown(value, unit) {
  if (unit === 'bytes') return `${(value / 2 ** 20).toFixed(0)} MiB`;
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ms`;
}

/** @param {Table} table @returns {(row: Row) => string[]} */
const cells = (table) => (row) => {
  const { title } = row;
  if (row.spread === undefined) return [title, 'not measured', row.reason ?? '', '', ''];
  const { median, low, high } = row.spread;
  const between = table.unit === 'ms' ? `${shown(low, 'ms').replace(' ms', '')} to ${shown(high, 'ms')}` : '';
  const difference = row.distance === undefined ? '' : row.distance.relative.toExponential(1);
  const ratio = Number.isFinite(row.ratio) ? row.ratio?.toFixed(2) : '';
  return [title, shown(median, table.unit), between, ratio ?? '', difference];
};

const heads = ['contender', 'median', 'quartiles', 'relative to ours', 'difference'];

/** @param {Table} table */
function headsOf(table) {
  return table.unit === 'bytes' ? heads.map((head) => (head === 'median' ? 'peak' : head)) : heads;
}

/** @param {Table} table */
const headline = (table) => `${table.title}; ${table.threads} ${table.threads === 1 ? 'thread' : 'threads'}`;

/** @param {Machine} machine */
export function machineLine({ processor, cores, memory, system, node, browser, load }) {
  const programs = [`Node ${node}`, ...(browser === undefined ? [] : [browser])].join(', ');
  return `${processor}, ${cores} cores, ${memory}, ${system}, ${programs}, load ${load}`;
}

/** A table for the terminal. */
export function asText(/** @type {Table} */ table) {
  const rows = [headsOf(table), ...table.rows.map(cells(table))];
  const widths = heads.map((_, column) =>
    // Reasons may extend over the columns after them.
    Math.max(...rows.filter((row) => row[3] !== '' || column < 2).map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || row[3] === '' ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return `${headline(table)} (load ${table.load})\n\n${lines.join('\n')}\n`;
}

/** A table as Markdown. */
export function asMarkdown(/** @type {Table} */ table) {
  const line = (/** @type {readonly string[]} */ row) => `| ${row.join(' | ')} |`;
  const rows = table.rows.map(cells(table)).map(line);
  return `### ${headline(table)}\n\n${line(headsOf(table))}\n|---|---|---|---|---|\n${rows.join('\n')}\n\nLoad at the end: ${table.load}.\n`;
}

/** The versions of the measured contenders, by title. */
export function versions(/** @type {readonly Table[]} */ tables) {
  const found = tables.flatMap((table) =>
    table.rows.flatMap(({ title, version }) => (version ? [[title, version]] : [])),
  );
  return Object.fromEntries(found);
}

/**
 * The page, with what was measured before of the same benchmarks in the same program replaced; all else is kept. A page has
 * a part for each, with marks around it; one that has none yet gets it at its end.
 * @param {string | undefined} page
 * @param {{ benchmarks: readonly string[], command: string, machine: Machine, tables: readonly Table[] }} measured
 */
export function intoPage(page, { benchmarks, command, machine, tables }) {
  const program = machine.browser ?? `Node ${machine.node}`;
  const subject = `${benchmarks.join(' and ')} in ${program.replace(/ v?(\d+)\..*/, ' $1')}`;
  const [start, end] = [`<!-- measured: ${subject} -->`, '<!-- end of measured -->'];
  const versionList = Object.entries(versions(tables)).map(([title, version]) => `- ${title}: ${version}`);
  const ours = `"relative to ours" is a time or a size divided by that of our Wasm (folded in inference), or of the first row if that was not measured`;
  const body = [
    start,
    `## Measured: ${subject}`,
    `Generated ${new Date().toISOString().slice(0, 10)} by`,
    `\`\`\`sh\n${command}\n\`\`\``,
    `on ${machineLine(machine)}. Contenders take turns, each in a separate process, in a browser on a page of its own; ${ours}; "difference" is the largest difference of the first result from ours, relative to the largest value.`,
    versionList.join('\n'),
    ...tables.map(asMarkdown),
    end,
  ].join('\n\n');
  if (page === undefined) return `# Performance\n\n${body}\n`;
  const at = page.indexOf(start);
  const until = page.indexOf(end, at);
  if (at < 0 || until < 0) return `${page.trimEnd()}\n\n${body}\n`;
  return page.slice(0, at) + body + page.slice(until + end.length);
}
