import { useGeneratedSigns } from '../../components/generated-signs.js';
import { Pixels } from '../../components/pixels.js';
import { setup } from './setup.js';

/** A generated hand sign of each class, at the network's input size. */
export function SampleSigns() {
  const images = useGeneratedSigns({ size: setup.value.size, split: 'train' });
  return (
    <>
      <ul class="samples" aria-label="A hand of each class">
        {images.map((pixels, index) => (
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
