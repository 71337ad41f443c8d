import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { repaint } from '../theme.js';
import { asPower, decadesAround, decadeTicks } from './decades.js';
import { resolveColor } from './resolve-color.js';
import './charts.css';

export interface Line {
  readonly title: string;
  /** A CSS custom property: `--accent`. */
  readonly color: string;
  readonly dashed?: boolean;
  /** Thin and pale: raw values behind a smoothed line. */
  readonly faint?: boolean;
  /** Shows its points, too. */
  readonly dots?: boolean;
}

interface LineChartProps {
  readonly title: string;
  /** The chart in words, for screen readers. */
  readonly summary: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly lines: readonly Line[];
  /** x values, then those of each line. */
  readonly data: uPlot.AlignedData;
  readonly logarithmic?: boolean;
  readonly range?: readonly [low: number, high: number];
  readonly format?: (value: number) => string;
  readonly height?: number;
}

/** Lines over a common axis. uPlot draws them: 22 kB compressed, and fast enough for every step of a training. */
export function LineChart(props: LineChartProps) {
  const { title, summary, lines, data, height = 220 } = props;
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef(data);
  latest.current = data;
  const form = JSON.stringify([lines, props.logarithmic, props.range, props.xTitle, props.yTitle, height]);

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const made = new uPlot(options(props, element, height), latest.current, element);
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [form, repaint.value]);
  useEffect(() => chart.current?.setData(data), [data]);

  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong>
        <ul class="chart-key" aria-hidden="true">
          {lines
            .filter(({ faint }) => !faint)
            .map((line) => (
              <li key={line.title}>
                <svg width="22" height="8" viewBox="0 0 22 8" aria-hidden="true">
                  <path
                    d="M1 4h20"
                    stroke={`var(${line.color})`}
                    stroke-width="2"
                    stroke-dasharray={line.dashed ? '4 3' : undefined}
                  />
                </svg>
                {line.title}
              </li>
            ))}
        </ul>
      </figcaption>
      <div
        ref={holder}
        class="chart-area"
        role="img"
        aria-label={`${title}. ${summary}`}
        style={{ height: `${height}px` }}
      />
    </figure>
  );
}

/** Distances between the ticks of an axis of whole numbers. */
const wholeIncrements = [1, 2, 5]
  .flatMap((digit) => [0, 1, 2, 3, 4, 5].map((zeros) => digit * 10 ** zeros))
  .sort((a, b) => a - b);

function options(props: LineChartProps, element: HTMLElement, height: number): uPlot.Options {
  const { xTitle, yTitle, lines, logarithmic = false, range, format } = props;
  const color = (name: string) => resolveColor(name, element);
  const font = `12px ${getComputedStyle(element).fontFamily}`;
  const axis: uPlot.Axis = {
    stroke: color('--muted'),
    font,
    labelFont: font,
    labelSize: 22,
    grid: { stroke: color('--rule'), width: 1 },
    ticks: { stroke: color('--rule'), width: 1, size: 4 },
  };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 12, 0, 0],
    scales: {
      x: { time: false, range: (_, low, high) => [low ?? 0, high === low ? (high ?? 99) + 1 : high] },
      y: {
        distr: logarithmic ? 3 : 1,
        range: (chart, low, high) => {
          if (range) return [...range];
          if (logarithmic) return [...decadesAround(chart.data.slice(1).flatMap((column) => [...column]))];
          return low === null ? [0, 2] : uPlot.rangeNum(low, high, 0.1, true);
        },
      },
    },
    axes: [
      { ...axis, label: xTitle, size: 30, incrs: wholeIncrements },
      {
        ...axis,
        label: yTitle,
        size: 52,
        ...(logarithmic && {
          splits: (_: uPlot, __: number, low: number, high: number) => decadeTicks([low, high]),
          filter: (_: uPlot, ticks: number[]) => ticks,
          values: (_: uPlot, ticks: number[]) => ticks.map(asPower),
        }),
        ...(format && { values: (_: uPlot, ticks: number[]) => ticks.map(format) }),
      },
    ],
    series: [
      {},
      ...lines.map(
        ({ title, color: name, dashed = false, faint = false, dots = false }): uPlot.Series => ({
          label: title,
          stroke: color(name),
          width: faint ? 1 : 2,
          alpha: faint ? 0.28 : 1,
          spanGaps: true,
          ...(dashed && { dash: [5, 4] }),
          points: { show: dots, size: 6, fill: color(name) },
        }),
      ),
    ],
  };
}
