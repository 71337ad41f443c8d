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
export function useDrawnSigns({ size, split }: SignsOptions): readonly Uint8Array[] {
  const pictures = useSignal<readonly Uint8Array[]>([]);
  useEffect(() => {
    let left = false;
    const signs = syntheticSigns({ size, split, count: 6 });
    void Promise.all([0, 1, 2, 3, 4, 5].map((index) => signs.read([index]))).then((drawn) => {
      if (!left) pictures.value = drawn;
    });
    return () => {
      left = true;
    };
  }, [size, split]);
  return pictures.value;
}
