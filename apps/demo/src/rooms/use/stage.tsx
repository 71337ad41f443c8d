import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { FileDrop } from '../../components/file-drop.js';
import { Notice } from '../../components/notice.js';
import { Pixels } from '../../components/pixels.js';
import { Webcam } from '../../components/webcam.js';
import { model } from '../../engine/session.js';
import { Heat } from './heat.js';
import { looked, lookAtFile, lookAtSign, namesSigns, pictureProblem, prediction } from './picture.js';

/** The picture, and over it where the network looked. */
export function Stage() {
  const filming = useSignal(false);
  const strength = useSignal(70);
  const files = useRef<HTMLInputElement>(null);
  const heat = prediction.value?.heat ?? null;
  const facts = model.value;
  return (
    <section class="use-stage" aria-label="The picture">
      <div class="use-picture" style={{ aspectRatio: facts ? `${facts.size[1]} / ${facts.size[0]}` : '1' }}>
        <Shown />
        {heat !== null && <Heat heat={heat} strength={strength.value / 100} />}
      </div>
      {heat !== null && (
        <div class="field">
          <div class="field-head">
            <label for="strength">Where it looked</label>
            <output for="strength">{strength.value} %</output>
          </div>
          <input
            id="strength"
            type="range"
            min={0}
            max={100}
            value={strength.value}
            onInput={(event) => {
              strength.value = event.currentTarget.valueAsNumber;
            }}
          />
          <p class="aside">
            Grad-CAM: coloured where a little more of what the last maps saw would have made the answer surer.
          </p>
        </div>
      )}
      {pictureProblem.value !== null && (
        <Notice kind="problem" title="This picture can’t be used">
          {pictureProblem.value} Another one will do.
        </Notice>
      )}
      <FileDrop
        label="Drop a picture here"
        onDrop={(items) => {
          const file = items[0]?.getAsFile();
          if (file) void lookAtFile(file);
        }}
      >
        <button type="button" class="link" onClick={() => files.current?.click()}>
          choose one
        </button>
      </FileDrop>
      <input
        ref={files}
        type="file"
        accept="image/jpeg,image/png,image/webp"
        hidden
        data-purpose="picture"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) void lookAtFile(file);
          event.currentTarget.value = '';
        }}
      />
      <div class="row">
        {namesSigns() && (
          <button type="button" class="button" onClick={() => void lookAtSign()}>
            Another drawn hand
          </button>
        )}
        <button
          type="button"
          class="button"
          aria-expanded={filming.value}
          onClick={() => {
            filming.value = !filming.value;
          }}
        >
          Use the webcam
        </button>
      </div>
      {filming.value && (
        <Webcam
          single
          words="The middle square is taken."
          onPicture={(file) => void lookAtFile(file)}
          onClose={() => {
            filming.value = false;
          }}
        />
      )}
    </section>
  );
}

function Shown() {
  const now = looked.value;
  const size = model.value?.size;
  const pixels = prediction.value?.pixels;
  if (now === null) return <p class="aside">No picture yet.</p>;
  if (now.kind === 'file') {
    if (pictureProblem.value !== null) return <p class="aside">{now.file.name}</p>;
    const fit = model.value?.fit === 'crop' ? 'cover' : 'fill';
    return <img src={now.url} alt={now.file.name} decoding="async" style={{ objectFit: fit }} />;
  }
  if (pixels === undefined || size === undefined) return <p class="aside">Drawing …</p>;
  return (
    <Pixels
      pixels={pixels}
      height={size[0]}
      width={size[1]}
      label={`A drawn hand with ${now.index % 6} fingers up`}
    />
  );
}
