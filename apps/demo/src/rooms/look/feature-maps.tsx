import { useEffect, useRef } from 'preact/hooks';
import { count } from '../../components/words.js';
import { maps } from './push.js';

/** The layer's maps side by side, each from its own least (dark) to its own most (light). */
export function FeatureMaps() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const now = maps.value;
  const isMap = now?.shape.length === 3;
  const height = isMap ? (now?.shape[0] ?? 1) : 1;
  const width = isMap ? (now?.shape[1] ?? 1) : (now?.shape[0] ?? 1);
  const shown = now?.shown ?? 1;
  const columns = isMap ? Math.min(shown, shown > 16 ? 8 : 4) : 1;
  const rows = Math.ceil(shown / columns);
  const gap = width > 16 ? 2 : 1;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || now === null) return;
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    for (let map = 0; map < shown; map++) {
      const image = context.createImageData(width, height);
      const rgba = new Uint32Array(image.data.buffer);
      for (let i = 0; i < rgba.length; i++) {
        rgba[i] = 0xff000000 | (0x010101 * (now.values[map * rgba.length + i] ?? 0));
      }
      context.putImageData(
        image,
        (map % columns) * (width + gap),
        Math.floor(map / columns) * (height + gap),
      );
    }
  }, [now]);
  if (now === null) return <p role="status">On its way …</p>;
  const channels = isMap ? (now.shape[2] ?? 0) : 1;
  return (
    <figure class="maps">
      <canvas
        ref={canvas}
        class={isMap ? 'pixels' : 'pixels list'}
        width={columns * (width + gap) - gap}
        height={rows * (height + gap) - gap}
        role="img"
        aria-label={`What ${now.of} makes of the picture`}
      />
      <figcaption class="aside">
        {now.of}:{' '}
        {isMap
          ? `${shown === channels ? 'all' : `${shown} of`} ${count(channels)} maps, ${width} × ${height}`
          : `${count(width)} numbers`}
        , values from {now.least.toPrecision(2)} to {now.most.toPrecision(2)}. Each map has its own scale.
      </figcaption>
    </figure>
  );
}
