import { useSignal } from '@preact/signals';
import { augmentation } from '@resnetjs/recipe';
import { useEffect } from 'preact/hooks';
import { Pixels } from '../../components/pixels.js';
import { getReader } from '../../engine/other-workers.js';
import { ownClasses } from './own-images.js';
import { change, setup } from './setup.js';

/** Little enough that a picture stays one of its class. */
const augment = [
  augmentation('crop', { area: [0.6, 1] }),
  augmentation('flip'),
  augmentation('rotate', { degrees: 10 }),
  augmentation('color', { brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.02 }),
];
const shown = 6;

/** Whether each image is changed a little whenever the network sees it. */
export function VariedImages() {
  const { recipe } = setup.value;
  const isOn = recipe.augment !== undefined;
  const toggle = () => {
    const { augment: _, ...others } = recipe;
    change({ recipe: isOn ? others : { ...others, augment } });
  };
  return (
    <>
      <label class="choice">
        <input type="checkbox" checked={isOn} onChange={toggle} />
        <span>
          <strong>Vary the pictures</strong>
          <small>
            In each epoch they are cropped, turned, mirrored and coloured a little otherwise, so that few
            teach more.
          </small>
        </span>
      </label>
      {isOn && <Examples />}
    </>
  );
}

/** One image as the first epochs will see it. */
function Examples() {
  const { data, size, recipe } = setup.value;
  const examples = useSignal<readonly Uint8Array<ArrayBuffer>[]>([]);
  const own = ownClasses.value[0]?.files[0]?.file;
  useEffect(() => {
    let left = false;
    examples.value = [];
    const image = data === 'signs' ? ({ kind: 'sign', index: 5 } as const) : own && fileImage(own);
    if (image === undefined) return;
    const { seed, augment: chosen = [] } = recipe;
    const asked = { image, size, augment: chosen, seed, epochs: shown };
    const show = (all: Uint8Array<ArrayBuffer>) => {
      const length = all.length / shown;
      if (!left) {
        examples.value = Array.from({ length: shown }, (_, i) => all.slice(i * length, (i + 1) * length));
      }
    };
    getReader()
      .request('variedImage', asked)
      .then(show, () => undefined); // the training will say what can't be read
    return () => {
      left = true;
    };
  }, [data, size, own, recipe.augment, recipe.seed]);
  if (examples.value.length === 0) return null;
  return (
    <ul class="samples varied" aria-label="A picture in the first epochs">
      {examples.value.map((pixels, index) => (
        <li key={index}>
          <Pixels pixels={pixels} width={size} height={size} label={`Epoch ${index + 1}`} />
        </li>
      ))}
    </ul>
  );
}

const fileImage = (file: File) => ({ kind: 'file', file }) as const;
