import { Pixels } from '../../components/pixels.js';
import { model } from '../../engine/session.js';
import { Heat } from './heat.js';
import { looked, naming, prediction, strength } from './image.js';

/** The image, and over it where the network looked. */
export function ImagePanel() {
  const size = model.value?.size;
  const heat = prediction.value?.heat ?? null;
  return (
    <section
      class="use-image"
      aria-label="The picture"
      style={{ aspectRatio: size ? `${size[1]} / ${size[0]}` : '1' }}
    >
      <Shown />
      {heat !== null && <Heat heat={heat} strength={strength.value / 100} />}
    </section>
  );
}

/** The image that the answer is of, so that both change together. */
function Shown() {
  const answer = prediction.value;
  const facts = model.value;
  if (answer === null || facts === null) {
    const now = looked.value;
    if (naming.value) return <p class="aside">Looking …</p>;
    return <p class="aside">{now?.kind === 'file' ? now.file.name : 'No picture yet.'}</p>;
  }
  const { of, pixels } = answer;
  if (of.kind === 'file') {
    const fit = facts.fit === 'crop' ? 'cover' : 'fill';
    return <img src={of.url} alt={of.file.name} decoding="async" style={{ objectFit: fit }} />;
  }
  const [height, width] = facts.size;
  return (
    <Pixels
      pixels={pixels}
      height={height}
      width={width}
      label={`A drawn hand with ${of.index % 6} fingers up`}
    />
  );
}
