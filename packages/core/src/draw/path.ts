import type { Point } from './drawing.js';

/** SVG path data through points, with round corners; every segment must be horizontal or vertical. */
export function roundedPath(points: readonly Point[], radius: number): string {
  const corners = withoutStraights(points);
  const [start, ...rest] = corners as [Point, ...Point[]];
  const parts = [`M${show(start)}`];
  rest.forEach((corner, index) => {
    const before = corners[index] as Point;
    const after = rest[index + 1];
    if (after === undefined) {
      parts.push(`L${show(corner)}`);
      return;
    }
    const r = Math.min(radius, distance(before, corner) / 2, distance(corner, after) / 2);
    parts.push(`L${show(towards(corner, before, r))}`, `Q${show(corner)} ${show(towards(corner, after, r))}`);
  });
  return parts.join('');
}

/** Without repeated points, and without points on the straight line between their neighbors. */
function withoutStraights(points: readonly Point[]): readonly Point[] {
  const distinct = points.filter((point, index) => {
    const before = points[index - 1];
    return before === undefined || distance(before, point) > 0;
  });
  return distinct.filter((point, index) => {
    const before = distinct[index - 1];
    const after = distinct[index + 1];
    if (before === undefined || after === undefined) return true;
    return !((before.x === point.x && point.x === after.x) || (before.y === point.y && point.y === after.y));
  });
}

const distance = (a: Point, b: Point) => Math.abs(a.x - b.x) + Math.abs(a.y - b.y);

function towards(from: Point, to: Point, by: number): Point {
  return { x: from.x + Math.sign(to.x - from.x) * by, y: from.y + Math.sign(to.y - from.y) * by };
}

const show = ({ x, y }: Point) => `${tenth(x)} ${tenth(y)}`;

/** Rounds to a tenth of a pixel, so that a drawing is short, and the same text on every machine. */
export function tenth(value: number): number {
  return Math.round(value * 10) / 10 + 0;
}
