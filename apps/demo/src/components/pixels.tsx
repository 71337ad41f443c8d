import { useEffect, useRef } from 'preact/hooks';

interface PixelsProps {
  /** [height, width, 3], RGB, or [height, width, 1], gray; 0 to 255. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly label: string;
}

/** A small image, pixel for pixel. */
export function Pixels({ pixels, width, height, label }: PixelsProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(width, height);
    const rgba = new Uint32Array(image.data.buffer);
    const channels = pixels.length / rgba.length;
    const level = (pixel: number, channel: number) =>
      pixels[channels * pixel + Math.min(channel, channels - 1)] ?? 0;
    for (let i = 0; i < rgba.length; i++) {
      // Lowest byte first: red.
      rgba[i] = 0xff000000 | (level(i, 2) << 16) | (level(i, 1) << 8) | level(i, 0);
    }
    context.putImageData(image, 0, 0);
  }, [pixels, width, height]);
  return <canvas ref={canvas} class="pixels" width={width} height={height} role="img" aria-label={label} />;
}
