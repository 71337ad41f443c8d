import { bar } from './format.js';
import { type Paint, unpainted } from './paint.js';

/** The state of some work, for a line to show. */
export interface ProgressState {
  /** `epoch 3/20` */
  readonly label: string;
  /** The label for narrow terminals: `3/20`. */
  readonly short: string;
  readonly done: number;
  readonly of: number;
  /** Of both. */
  readonly unit?: string;
  /** The most important first; those that don't fit are left out. */
  readonly figures: readonly string[];
}

const narrow = 60;
const minBar = 5;
const maxBar = 24;

/** One line that fits into `width` cells. */
export function progressLine(state: ProgressState, width: number, paint: Paint = unpainted): string {
  const label = width < narrow ? state.short : state.label;
  const gap = width < narrow ? ' ' : '  ';
  const figures: string[] = [];
  let used = label.length + gap.length + minBar;
  for (const figure of [counted(state), ...state.figures]) {
    if (used + gap.length + figure.length > width) break;
    figures.push(figure);
    used += gap.length + figure.length;
  }
  const barWidth = Math.max(minBar, Math.min(maxBar, width - used + minBar));
  const cells = bar(state.done / state.of, barWidth);
  const full = cells.lastIndexOf('█') + 1;
  const painted = paint('green', cells.slice(0, full)) + paint('dim', cells.slice(full));
  return [paint('bold', label), painted, ...figures].join(gap);
}

/** The same for a log: everything, and no bar. */
export function plainLine(state: ProgressState): string {
  return [state.label, counted(state), ...state.figures].join('  ');
}

function counted({ done, of, unit }: ProgressState): string {
  return `${done}/${of}${unit === undefined ? '' : ` ${unit}`}`;
}
