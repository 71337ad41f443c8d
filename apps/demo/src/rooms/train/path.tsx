import { model } from '../../engine/session.js';
import { keptImages, keptStart, setup } from './setup.js';
import { missing } from './own-images.js';
import { status } from './training-control.js';

/** What is still to be done, from the visitor's pictures to a model of them. */
export function Path() {
  const hasImages = setup.value.data === 'signs' || missing.value === null || keptImages.value !== null;
  const hasWeights = model.value !== null || keptStart.value !== null;
  const isDone = status.value.is === 'done';
  const steps = [
    { title: 'Your pictures', done: hasImages },
    { title: 'Trained weights', done: hasWeights },
    { title: 'Train', done: isDone },
    { title: 'Use and download', done: false },
  ];
  const now = steps.findIndex(({ done }) => !done);
  return (
    <ol class="path" aria-label="The way to your own model">
      {steps.map(({ title, done }, index) => (
        <li key={title} aria-current={index === now ? 'step' : undefined} data-done={done}>
          <span class="path-mark" aria-hidden="true">
            {done ? '✓' : index + 1}
          </span>
          <span>
            {title}
            {done && <span class="visually-hidden">, done</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
