import { useEffect, useRef } from 'preact/hooks';
import { count } from '../../components/format.js';
import { maps } from './push.js';

/** The layer's maps side by side, each from its own minimum (dark) to its own maximum (light). */
export function FeatureMaps() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const current = maps.value;
  const isMap = current?.shape.length === 3;
  const height = isMap ? (current?.shape[0] ?? 1) : 1;
  const width = isMap ? (current?.shape[1] ?? 1) : (current?.shape[0] ?? 1);
  const shown = current?.shown ?? 1;
  const columns = isMap ? Math.min(shown, shown > 16 ? 8 : 4) : 1;
  const rows = Math.ceil(shown / columns);
  const gap = width > 16 ? 2 : 1;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || current === null) return;
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    for (let map = 0; map < shown; map++) {
      const image = context.createImageData(width, height);
      const rgba = new Uint32Array(image.data.buffer);
      for (let i = 0; i < rgba.length; i++) {
        rgba[i] = 0xff000000 | (0x010101 * (current.values[map * rgba.length + i] ?? 0));
      }
      context.putImageData(
        image,
        (map % columns) * (width + gap),
        Math.floor(map / columns) * (height + gap),
      );
    }
  }, [current]);
  if (current === null) return <p role="status">On its way …</p>;
  const channels = isMap ? (current.shape[2] ?? 0) : 1;
  return (
    <figure class="maps">
      <canvas
        ref={canvas}
        class={isMap ? 'pixels' : 'pixels list'}
        width={columns * (width + gap) - gap}
        height={rows * (height + gap) - gap}
        role="img"
        aria-label={`What ${current.of} makes of the picture`}
      />
      <figcaption class="aside">
        {current.of}:{' '}
        {isMap
          ? `${shown === channels ? 'all' : `${shown} of`} ${count(channels)} maps, ${width} × ${height}`
          : `${count(width)} numbers`}
        , values from {current.min.toPrecision(2)} to {current.max.toPrecision(2)}. Each map has its own
        scale.
      </figcaption>
    </figure>
  );
}
