import { useSignal } from '@preact/signals';
import { FileButton, imageTypes } from '../../components/file-button.js';
import { FileDrop } from '../../components/file-drop.js';
import { Notice } from '../../components/notice.js';
import { findChosen, findDropped, type FoundFile } from '../../files/found-files.js';
import { sortFiles } from '../../files/sort-files.js';
import { takeFiles } from '../../files/take-files.js';
import { Webcam } from '../../components/webcam.js';
import { classifiesSigns, imageProblem, prediction, showFile, showNextSign, strength } from './image.js';
import { classifyMany } from './many.js';

/** How the image is shown, and the choice of another. */
export function ImageChoice() {
  const filming = useSignal(false);
  return (
    <section class="use-choice" aria-label="Another picture">
      {imageProblem.value !== null && (
        <Notice kind="problem" title="This picture can’t be used">
          {imageProblem.value} Choose another one.
        </Notice>
      )}
      {prediction.value?.heat && <Strength />}
      <FileDrop
        label="Drop pictures or a folder here"
        onDrop={async (items) => take(await findDropped(items))}
      >
        <FileButton
          class="link"
          purpose="image"
          accept={imageTypes}
          multiple
          onFiles={async (files) => take(await findChosen(files))}
        >
          choose some
        </FileButton>{' '}
        or{' '}
        <FileButton
          class="link"
          purpose="image-folder"
          folders
          onFiles={async (files) => take(await findChosen(files))}
        >
          a folder
        </FileButton>
      </FileDrop>
      <div class="row">
        {classifiesSigns() && (
          <button type="button" class="button" onClick={() => void showNextSign()}>
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
          instructions="The middle square is taken."
          onImage={(file) => void showFile(file)}
          onClose={() => {
            filming.value = false;
          }}
        />
      )}
    </section>
  );
}

/** One picture is shown; several have a table; anything else is what it is on the rest of the page. */
async function take(found: readonly FoundFile[]): Promise<void> {
  const kind = sortFiles(found).kind;
  if (kind === 'classes' || kind === 'images') return classifyMany(found);
  return takeFiles(found);
}

/** The opacity of the Grad-CAM map over the image. */
function Strength() {
  return (
    <div class="field">
      <div class="field-head">
        <label for="strength">Colour where it looked</label>
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
  );
}
