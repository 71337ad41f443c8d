import type { Drawing } from '@resnetjs/core';
import { useEffect, useRef } from 'preact/hooks';
import { Notice } from '../../components/notice.js';
import { FeatureMaps } from './feature-maps.js';
import { pushed, pushProblem, pushThrough } from './push.js';
import { factsOf, network, selected, subject, takesPictures } from './subject.js';

const signs = [5, 2, 3, 4];

/** A picture to push through, and the maps that the chosen layer makes of it. */
export function PicturePush({ drawing }: { readonly drawing: Drawing }) {
  const files = useRef<HTMLInputElement>(null);
  const facts = factsOf(drawing, selected.value);
  const step = facts?.steps.at(-1) ?? 0;
  const picture = pushed.value;
  const current = network.value;
  useEffect(() => {
    if (picture === null || !takesPictures.value) return;
    // The pointer passes many layers on its way to one.
    const timer = setTimeout(() => {
      void pushThrough(subject.value === 'model' ? 'model' : current, step);
    }, 120);
    return () => clearTimeout(timer);
  }, [picture, step, current]);
  if (!takesPictures.value) {
    return <p class="aside">A block alone takes no picture. Look at a whole network to push one through.</p>;
  }
  return (
    <section class="push" aria-labelledby="push">
      <h2 id="push">Push a picture through</h2>
      <div class="row">
        {signs.map((index) => (
          <button
            key={index}
            type="button"
            class="button push-sign"
            aria-pressed={picture?.kind === 'sign' && picture.index === index}
            onClick={() => {
              pushed.value = { kind: 'sign', index };
            }}
          >
            Hand {index % 6}
          </button>
        ))}
        <button type="button" class="link" onClick={() => files.current?.click()}>
          your own
        </button>
        <input
          ref={files}
          type="file"
          accept="image/jpeg,image/png,image/webp"
          hidden
          data-purpose="push"
          onChange={(event) => {
            const [file] = event.currentTarget.files ?? [];
            if (file) pushed.value = { kind: 'file', file };
            event.currentTarget.value = '';
          }}
        />
      </div>
      {pushProblem.value !== null && (
        <Notice kind="problem" title="It did not go through">
          {pushProblem.value}
        </Notice>
      )}
      {picture !== null && <FeatureMaps of={facts?.name ?? current.inputName} />}
      {picture !== null && subject.value !== 'model' && (
        <p class="aside">
          This network was never trained: its filters are random, and yet edges show. Train one, and look at
          it here as “My model”.
        </p>
      )}
    </section>
  );
}
