import { useEffect, useRef } from 'preact/hooks';
import { resolveColor } from '../../charts/resolve-color.js';
import { repaint } from '../../theme.js';
import type { Prediction } from '../../worker/protocol.js';

interface HeatProps {
  readonly heat: NonNullable<Prediction['heat']>;
  /** Opacity, 0 to 1. */
  readonly strength: number;
}

/** Grad-CAM in the accent colour: the more a place speaks for the class, the denser. The browser scales it to the image's size. */
export function Heat({ heat, strength }: HeatProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { height, width, values } = heat;
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || element.parentElement === null) return;
    const [red = 0, green = 0, blue = 0] =
      resolveColor('--accent', element.parentElement)
        .match(/[\d.]+/g)
        ?.map(Number) ?? [];
    const image = context.createImageData(width, height);
    values.forEach((value, i) => {
      image.data.set([red, green, blue, Math.round(255 * value)], 4 * i);
    });
    context.putImageData(image, 0, 0);
  }, [heat, repaint.value]);
  return (
    <canvas
      ref={canvas}
      class="heat"
      width={width}
      height={height}
      style={{ opacity: String(strength) }}
      role="img"
      aria-label={describeHeat(heat)}
    />
  );
}

/** Where the maximum is, for screen readers. */
function describeHeat({ height, width, values }: HeatProps['heat']): string {
  const best = values.reduce((found, value, i) => (value > (values[found] ?? 0) ? i : found), 0);
  const row = ['upper', 'middle', 'lower'][Math.floor((3 * Math.floor(best / width)) / height)];
  const column = ['left', 'middle', 'right'][Math.floor((3 * (best % width)) / width)];
  return `It looked most at the ${row === column ? 'middle' : `${row} ${column}`}`;
}
