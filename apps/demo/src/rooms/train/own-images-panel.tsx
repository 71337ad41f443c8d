import { useSignal } from '@preact/signals';
import type { TwinReport, Twins } from '@resnetjs/data';
import { FileButton } from '../../components/file-button.js';
import { FileDrop } from '../../components/file-drop.js';
import { Webcam } from '../../components/webcam.js';
import { count, pictures } from '../../components/format.js';
import { type FoundFile, findChosen, findDropped } from '../../files/found-files.js';
import { sortFiles } from '../../files/sort-files.js';
import { takeFiles } from '../../files/take-files.js';
import { hdf5Extensions, isHdf5 } from './class-folders.js';
import {
  addImages,
  duplicates,
  findings,
  ownClasses,
  ownFile,
  removeClass,
  renameClass,
  unreadable,
} from './own-images.js';
import { foldersProblem, takeFolders } from './take-folders.js';

/** Takes what was dropped as images to train on; a model, too, is what the page takes elsewhere. */
function drop(found: readonly FoundFile[]): void {
  const isModel = sortFiles(found).kind === 'model' && !found.some(({ path }) => isHdf5(path));
  if (isModel) void takeFiles(found);
  else takeFolders(found);
}

/** The visitor's own images, class by class, from folders or the webcam. */
export function OwnImages() {
  const filming = useSignal<string | null>(null);

  const addClass = () => {
    let number = ownClasses.value.length + 1;
    while (ownClasses.value.some(({ name }) => name === `class ${number}`)) number++;
    addImages(`class ${number}`, []);
    filming.value = `class ${number}`;
  };

  return (
    <>
      <FileDrop
        label="Drop folders here, one for each class, or one of the course’s HDF5 files"
        onDrop={async (items) => drop(await findDropped(items))}
      >
        <FileButton
          class="link"
          purpose="folders"
          folders
          onFiles={async (files) => takeFolders(await findChosen(files))}
        >
          choose a folder
        </FileButton>{' '}
        or{' '}
        <FileButton
          class="link"
          purpose="hdf5"
          accept={hdf5Extensions.join()}
          onFiles={([file]) => {
            if (file) ownFile.value = file;
          }}
        >
          a file
        </FileButton>
      </FileDrop>
      {foldersProblem.value !== null && (
        <p class="aside problem" role="alert">
          {foldersProblem.value}
        </p>
      )}
      {findings.value.map((finding) => (
        <p key={finding} class="aside" role="status">
          {finding}
        </p>
      ))}
      {ownFile.value !== null && (
        <p class="aside">
          Using {ownFile.value.name}.{' '}
          <button
            type="button"
            class="link"
            onClick={() => {
              ownFile.value = null;
            }}
          >
            Remove it
          </button>
        </p>
      )}
      <ul class="classes" aria-label="Classes">
        {ownClasses.value.map(({ name, files, unseen }, index) => (
          <li key={index}>
            <input
              type="text"
              aria-label={`Name of class ${index + 1}`}
              value={name}
              onChange={(event) => {
                renameClass(name, event.currentTarget.value);
                if (filming.value === name) filming.value = event.currentTarget.value.trim() || name;
              }}
            />
            <span class="number">
              {count(files.length)}
              {unseen.length > 0 && ` + ${count(unseen.length)} unseen`}
            </span>
            <button
              type="button"
              class="link"
              aria-pressed={filming.value === name}
              onClick={() => {
                filming.value = filming.value === name ? null : name;
              }}
            >
              Webcam
            </button>
            <button
              type="button"
              class="link"
              aria-label={`Remove ${name}`}
              onClick={() => removeClass(name)}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="button" onClick={addClass}>
        Add a class by webcam
      </button>
      {filming.value !== null && (
        <Webcam
          instructions={`Hold the button to take pictures of “${filming.value}”.`}
          onImage={(file) => void addImages(filming.value as string, [{ file, path: file.name }])}
          onClose={() => {
            filming.value = null;
          }}
        />
      )}
      {duplicates.value !== null && <Duplicates report={duplicates.value} />}
      {unreadable.value.length > 0 && (
        <details>
          <summary>{count(unreadable.value.length)} files could not be read and were left out</summary>
          <ul class="aside">
            {unreadable.value.slice(0, 20).map(({ name, message }) => (
              <li key={name}>
                {name}: {message}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** Images of equal content, by where they are. */
function Duplicates({ report }: { readonly report: TwinReport }) {
  const { acrossSplit, acrossClasses, withinClass } = report;
  const checked = acrossSplit.images === 1 ? 'is also one' : 'are also some';
  const lines: [Twins, who: string, where: string][] = [
    [
      acrossSplit,
      ' that the network is checked on',
      `${checked} that it learns from, so that its result looks better than it is`,
    ],
    [acrossClasses, '', `${verb(acrossClasses)} in another class as well`],
    [withinClass, '', `${verb(withinClass)} in the same class twice`],
  ];
  return lines.map(
    ([{ images, example }, who, where]) =>
      example !== null && (
        <p key={where} class="aside problem" role="status">
          {pictures(images)}
          {who} {where}: {example[1]} is the same as {example[0]}.
        </p>
      ),
  );
}

const verb = ({ images }: Twins) => (images === 1 ? 'is' : 'are');
