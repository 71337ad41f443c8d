import type { Drawing } from '@resnetjs/core/draw';
import { useEffect } from 'preact/hooks';
import { useGeneratedSigns } from '../../components/generated-signs.js';
import { FileButton, imageTypes } from '../../components/file-button.js';
import { Notice } from '../../components/notice.js';
import { OtherBackend } from '../../components/other-backend.js';
import { Pixels } from '../../components/pixels.js';
import type { ImageSource } from '../../worker/protocol.js';
import { FeatureMaps } from './feature-maps.js';
import { pushed, pushProblem, pushThrough } from './push.js';
import { factsOf, network, selected, subject, whyNoImages } from './subject.js';

/** Height and width of the signs to choose from, in pixels. */
const size = 32;

/** An image to push through, and the feature maps of the selected layer. */
export function ImagePush({ drawing }: { readonly drawing: Drawing }) {
  const signs = useGeneratedSigns({ size, split: 'test' });
  const facts = factsOf(drawing, selected.value);
  const node = facts?.nodes.at(-1) ?? 0;
  const image = pushed.value;
  const current = network.value;
  const isTrained = subject.value === 'model' || subject.value === 'file';
  useEffect(() => {
    if (image === null || whyNoImages.value !== null) return;
    // The pointer crosses many layers on its way to one.
    const timer = setTimeout(() => {
      const of = facts?.name ?? current.inputName;
      void pushThrough({ network: isTrained ? 'model' : current, node, of });
    }, 120);
    return () => clearTimeout(timer);
  }, [image, node, current, whyNoImages.value]);
  const push = (source: ImageSource) => {
    pushed.value = source;
    // Selects a first layer, so that its maps are seen, and not the image alone.
    selected.value ??= drawing.nodes[1]?.id ?? null;
  };
  if (whyNoImages.value !== null) return <p class="aside">{whyNoImages.value}</p>;
  return (
    <section class="push" aria-labelledby="push">
      <h2 id="push">Push a picture through</h2>
      <p class="aside">
        See what each layer makes of it. Choose a hand, or{' '}
        <FileButton
          class="link"
          purpose="push"
          accept={imageTypes}
          onFiles={([file]) => {
            if (file) push({ kind: 'file', file });
          }}
        >
          a picture of your own
        </FileButton>
        .
      </p>
      <div class="push-signs">
        {signs.map((pixels, index) => (
          <button
            key={index}
            type="button"
            class="push-sign"
            aria-pressed={image?.kind === 'sign' && image.index === index}
            onClick={() => push({ kind: 'sign', index })}
          >
            <Pixels pixels={pixels} width={size} height={size} label={`Hand ${index}`} />
          </button>
        ))}
      </div>
      {pushProblem.value !== null && (
        <Notice kind="problem" title="It did not go through">
          <p>{pushProblem.value}</p>
          <OtherBackend
            onReady={() => {
              pushed.value = image && { ...image };
            }}
          />
        </Notice>
      )}
      {image !== null && pushProblem.value === null && <FeatureMaps />}
      {image !== null && !isTrained && (
        <p class="aside">
          This network was never trained: its filters are random, and yet edges show. Train one, and see it
          here as “My model”, or open one that is.
        </p>
      )}
    </section>
  );
}
