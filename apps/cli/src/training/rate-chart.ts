import type { RatePoint } from '@resnetjs/training';

const width = 640;
const height = 360;
const margin = { left: 56, right: 16, top: 40, bottom: 48 };
const plot = { right: width - margin.right, bottom: height - margin.bottom };

const style = `
  text { font: 12px system-ui, sans-serif; fill: #333 }
  .axis { stroke: #999; fill: none } .grid { stroke: #ddd }
  .loss { fill: #9ab } .smoothed { stroke: #0a6fc2; fill: none; stroke-width: 2 }
  .suggested { stroke: #c2410c; stroke-dasharray: 4 3 } text.suggested { fill: #c2410c; stroke: none }
  @media (prefers-color-scheme: dark) {
    svg { background: #16181d } text { fill: #ccc } .grid { stroke: #333 } .loss { fill: #567 }
    .smoothed { stroke: #5fb0f5 } .suggested { stroke: #fb923c } text.suggested { fill: #fb923c }
  }`;

/** A picture of a search for a learning rate, as SVG: loss against rate, on a logarithmic axis, and the suggestion. */
export function rateChart(points: readonly RatePoint[], suggested: number | null): string {
  const rates = points.map(({ learningRate }) => Math.log10(learningRate));
  const x = scale(Math.min(...rates), Math.max(...rates), margin.left, plot.right);
  const [low, high] = lossRange(points);
  const y = scale(low, high, plot.bottom, margin.top);
  const visible = points.filter(({ smoothed }) => Number.isFinite(smoothed));
  const place = (rate: number, loss: number) =>
    `${x(Math.log10(rate)).toFixed(1)},${y(Math.min(high, loss)).toFixed(1)}`;
  const line = visible.map(({ learningRate, smoothed }) => place(learningRate, smoothed)).join(' ');
  const dots = visible
    .filter(({ loss }) => loss >= low && loss <= high)
    .map(({ learningRate, loss }) => {
      const [cx, cy] = place(learningRate, loss).split(',');
      return `<circle class="loss" cx="${cx}" cy="${cy}" r="1.5"/>`;
    });
  const title = suggested === null ? 'The loss did not fall' : `Suggested learning rate: ${suggested}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">`,
    `<style>${style}</style>`,
    `<text x="${margin.left}" y="24">${title}</text>`,
    ...powersOfTen(Math.min(...rates), Math.max(...rates)).map((power) => verticalTick(x(power), power)),
    ...[low, (low + high) / 2, high].map((loss) => horizontalTick(y(loss), loss)),
    `<path class="axis" d="M${margin.left} ${margin.top}V${plot.bottom}H${plot.right}"/>`,
    ...dots,
    `<polyline class="smoothed" points="${line}"/>`,
    ...(suggested === null ? [] : [mark(x(Math.log10(suggested)))]),
    `<text x="${(margin.left + plot.right) / 2}" y="${height - 10}" text-anchor="middle">learning rate</text>`,
    `<text x="${plot.right}" y="24" text-anchor="end">loss of each step, and its running mean</text>`,
    '</svg>',
    '',
  ].join('\n');
}

/** A linear map, also of an empty range. */
function scale(from: number, to: number, start: number, end: number): (value: number) => number {
  const span = to - from || 1;
  return (value) => start + ((value - from) / span) * (end - start);
}

/** From the lowest loss to a little above the first ones: what comes after the divergence would flatten all else. */
function lossRange(points: readonly RatePoint[]): readonly [low: number, high: number] {
  const finite = points.map(({ smoothed }) => smoothed).filter(Number.isFinite);
  const [start = 1] = finite;
  const low = Math.min(start, ...finite);
  return [low - 0.1 * (start - low || 1), start + 0.5 * (start - low || 1)];
}

function powersOfTen(from: number, to: number): readonly number[] {
  const first = Math.ceil(from);
  return Array.from({ length: Math.max(0, Math.floor(to) - first + 1) }, (_, i) => first + i);
}

const verticalTick = (x: number, power: number) =>
  `<path class="grid" d="M${x.toFixed(1)} ${margin.top}V${plot.bottom}"/>` +
  `<text x="${x.toFixed(1)}" y="${plot.bottom + 16}" text-anchor="middle">${power < -3 ? `1e${power}` : 10 ** power}</text>`;

const horizontalTick = (y: number, loss: number) =>
  `<path class="grid" d="M${margin.left} ${y.toFixed(1)}H${plot.right}"/>` +
  `<text x="${margin.left - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end">${loss.toPrecision(3)}</text>`;

const mark = (x: number) => `<path class="suggested" d="M${x.toFixed(1)} ${margin.top}V${plot.bottom}"/>`;
