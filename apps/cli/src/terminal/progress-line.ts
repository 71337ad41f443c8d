import { bar } from './format.js';
import { type Paint, unpainted } from './paint.js';

/** Work under way, as a line can show it. */
export interface ProgressState {
  /** `epoch 3/20` */
  readonly label: string;
  /** Its place where there is little room: `3/20`. */
  readonly short: string;
  readonly done: number;
  readonly of: number;
  /** Figures, the most important first; what has no room is left out. */
  readonly figures: readonly string[];
}

const narrow = 60;
const leastBar = 5;
const maxBar = 24;

/** One line that fits into `width` cells. */
export function progressLine(state: ProgressState, width: number, paint: Paint = unpainted): string {
  const label = width < narrow ? state.short : state.label;
  const gap = width < narrow ? ' ' : '  ';
  const figures: string[] = [];
  let used = label.length + gap.length + leastBar;
  for (const figure of [`${state.done}/${state.of}`, ...state.figures]) {
    if (used + gap.length + figure.length > width) break;
    figures.push(figure);
    used += gap.length + figure.length;
  }
  const cells = Math.max(leastBar, Math.min(maxBar, width - used + leastBar));
  const drawn = bar(state.done / state.of, cells);
  const full = drawn.lastIndexOf('█') + 1;
  const painted = paint('green', drawn.slice(0, full)) + paint('dim', drawn.slice(full));
  return [paint('bold', label), painted, ...figures].join(gap);
}

/** The same for a log: everything, and no bar. */
export function plainLine(state: ProgressState): string {
  return [state.label, `${state.done}/${state.of}`, ...state.figures].join('  ');
}
