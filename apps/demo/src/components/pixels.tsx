import { useEffect, useRef } from 'preact/hooks';

interface PixelsProps {
  /** [height, width, 3], RGB, 0 to 255. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly label: string;
  readonly class?: string;
}

/** A small picture, pixel for pixel. */
export function Pixels({ pixels, width, height, label, ...rest }: PixelsProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      image.data.set(pixels.subarray(3 * i, 3 * i + 3), 4 * i);
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [pixels, width, height]);
  return (
    <canvas
      ref={canvas}
      class={`pixels ${rest.class ?? ''}`}
      width={width}
      height={height}
      role="img"
      aria-label={label}
    />
  );
}
