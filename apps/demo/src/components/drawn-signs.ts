import { useSignal } from '@preact/signals';
import { syntheticSigns } from '@resnetjs/data';
import { useEffect } from 'preact/hooks';

interface SignsOptions {
  /** Height and width, in pixels. */
  readonly size: number;
  /** Of those that networks train on, or of those that they never see. */
  readonly split: 'train' | 'test';
}

/** A drawn hand of each class, 0 to 5 fingers up: [size, size, 3] each; none until they are drawn. */
export function useGeneratedSigns({ size, split }: SignsOptions): readonly Uint8Array[] {
  const images = useSignal<readonly Uint8Array[]>([]);
  useEffect(() => {
    let left = false;
    const draw = async () => {
      const signs = syntheticSigns({ size, split, count: 6 });
      const drawn: Uint8Array[] = [];
      for (let index = 0; index < 6 && !left; index++) {
        drawn.push(await signs.read([index]));
        // Each is a task of its own: together they would hold up a slow device.
        await new Promise((resolve) => setTimeout(resolve));
      }
      if (!left) images.value = drawn;
    };
    void draw();
    return () => {
      left = true;
    };
  }, [size, split]);
  return images.value;
}
