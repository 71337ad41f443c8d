import { Pixels } from '../../components/pixels.js';
import { model } from '../../engine/session.js';
import { Heat } from './heat.js';
import { currentImage, isPredicting, prediction, strength } from './image.js';

/** The image, overlaid with Grad-CAM. */
export function ImagePanel() {
  const size = model.value?.size;
  const heat = prediction.value?.heat ?? null;
  return (
    <section
      class="use-image"
      aria-label="The picture"
      style={{ aspectRatio: size ? `${size[1]} / ${size[0]}` : '1' }}
    >
      <ClassifiedImage />
      {heat !== null && <Heat heat={heat} strength={strength.value / 100} />}
    </section>
  );
}

/** The image of the current answer, so that both change together. */
function ClassifiedImage() {
  const answer = prediction.value;
  const facts = model.value;
  if (answer === null || facts === null) {
    const image = currentImage.value;
    if (isPredicting.value) return <p class="aside">Looking …</p>;
    return <p class="aside">{image?.kind === 'file' ? image.file.name : 'No picture yet.'}</p>;
  }
  const { of, pixels } = answer;
  if (of.kind === 'file') {
    const fit = facts.fit === 'crop' ? 'cover' : 'fill';
    const style = { objectFit: fit, scale: String(1 / facts.cropShare) };
    return <img src={of.url} alt={of.file.name} decoding="async" style={style} />;
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
