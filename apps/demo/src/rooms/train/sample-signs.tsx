import { useSignal } from '@preact/signals';
import { syntheticSigns } from '@resnetjs/data';
import { useEffect } from 'preact/hooks';
import { Pixels } from '../../components/pixels.js';
import { setup } from './setup.js';

const shownSigns = 6;

/** A drawn hand of each class, at the size that the network will see. */
export function SampleSigns() {
  const { size } = setup.value;
  const pictures = useSignal<readonly Uint8Array[]>([]);
  useEffect(() => {
    let left = false;
    const signs = syntheticSigns({ size, count: shownSigns });
    const indices = Array.from({ length: shownSigns }, (_, i) => i);
    void Promise.all(indices.map((index) => signs.read([index]))).then((drawn) => {
      if (!left) pictures.value = drawn;
    });
    return () => {
      left = true;
    };
  }, [size]);
  return (
    <>
      <ul class="samples" aria-label="A hand of each class">
        {pictures.value.map((pixels, index) => (
          <li key={index}>
            <Pixels
              pixels={pixels}
              width={Math.sqrt(pixels.length / 3)}
              height={Math.sqrt(pixels.length / 3)}
              label={`${index} fingers`}
            />
            <small aria-hidden="true">{index}</small>
          </li>
        ))}
      </ul>
      <p class="aside">Drawn by this page, each one different: six classes, 0 to 5 fingers.</p>
    </>
  );
}
