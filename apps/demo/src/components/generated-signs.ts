import { useSignal } from '@preact/signals';
import { syntheticSigns } from '@resnetjs/data';
import { useEffect } from 'preact/hooks';

interface SignsOptions {
  /** Height and width, in pixels. */
  readonly size: number;
  /** The signs for training, or those that no network trains on. */
  readonly split: 'train' | 'test';
}

/** A generated hand sign of each class, 0 to 5 fingers up: [size, size, 3] each; none until they are ready. */
export function useGeneratedSigns({ size, split }: SignsOptions): readonly Uint8Array[] {
  const images = useSignal<readonly Uint8Array[]>([]);
  useEffect(() => {
    let left = false;
    const generate = async () => {
      const signs = syntheticSigns({ size, split, count: 6 });
      const generated: Uint8Array[] = [];
      for (let index = 0; index < 6 && !left; index++) {
        generated.push(await signs.read([index]));
        // Each is a task of its own: together they would block a slow device.
        await new Promise((resolve) => setTimeout(resolve));
      }
      if (!left) images.value = generated;
    };
    void generate();
    return () => {
      left = true;
    };
  }, [size, split]);
  return images.value;
}
