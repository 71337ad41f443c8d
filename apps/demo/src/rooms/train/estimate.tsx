import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { duration, pictures } from '../../components/format.js';
import { messageOf } from '../../engine/engine.js';
import { getEngine, model, occupied } from '../../engine/session.js';
import { imageCount } from './own-images.js';
import { change, setup, unseenSigns } from './setup.js';

/** The seconds that an image takes up to the last layer, measured on this device; or why the model can't take images of this size. */
type Measured =
  | { readonly size: number; readonly seconds: number }
  | { readonly size: number; readonly problem: string };

/** Null until it is measured. */
const measured = signal<Measured | null>(null);
let lastRequest = 0;

async function measure(size: number): Promise<void> {
  const request = ++lastRequest;
  measured.value = null;
  const found = await secondsOf(size);
  if (request === lastRequest) measured.value = found;
}

async function secondsOf(size: number): Promise<Measured> {
  try {
    const engine = await getEngine();
    return { size, seconds: await engine.request('secondsPerImage', { size }) };
  } catch (error) {
    return { size, problem: messageOf(error) };
  }
}

/** Above which a smaller size is offered, in seconds. */
const long = 60;

/** About half the size; null if too little would be left to see anything. */
function smallerSize(size: number): number | null {
  const half = 16 * Math.ceil(size / 32);
  return half >= 32 && half < size ? half : null;
}

/** How long the model's last layer will take to learn, and a smaller size where that is long. */
export function Estimate() {
  const { size, data, count, recipe } = setup.value;
  useEffect(() => {
    if (!occupied.value) void measure(size);
  }, [model.value, size]);
  const now = measured.value;
  if (occupied.value || now === null || now.size !== size) return null;
  if ('problem' in now) {
    return (
      <p class="aside problem" role="status">
        {now.problem}
      </p>
    );
  }
  const images = data === 'signs' ? count + unseenSigns : (imageCount.value ?? 100);
  // What the other layers compute of each picture is kept, unless it is another picture each time.
  const passes = recipe.augment === undefined ? 1 : recipe.epochs;
  const seconds = now.seconds * images * passes;
  const smaller = smallerSize(size);
  return (
    <p class="aside" role="status">
      With {pictures(images)} of {size} × {size} pixels it takes about {duration(Math.max(1, seconds))} on
      this device.
      {seconds > long && smaller !== null && (
        <>
          {' '}
          At half the size it is about a quarter of that, and small things are harder to see.{' '}
          <button type="button" class="link" onClick={() => change({ size: smaller })}>
            Use {smaller} pixels
          </button>
        </>
      )}
    </p>
  );
}
