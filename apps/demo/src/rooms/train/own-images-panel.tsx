import { useSignal } from '@preact/signals';
import { FileButton } from '../../components/file-button.js';
import { FileDrop } from '../../components/file-drop.js';
import { Webcam } from '../../components/webcam.js';
import { count } from '../../components/format.js';
import { type FoundFile, findChosen, findDropped, hdf5Extensions, isHdf5 } from './dropped-folders.js';
import { addImages, ownClasses, ownFile, removeClass, renameClass, unreadable } from './own-images.js';

/** The visitor's own images, class by class, from folders or the webcam. */
export function OwnImages() {
  const problem = useSignal<string | null>(null);
  const filming = useSignal<string | null>(null);

  const take = (found: readonly FoundFile[]) => {
    problem.value = null;
    const hdf5 = found.find(({ file }) => isHdf5(file.name));
    if (hdf5) {
      ownFile.value = hdf5.file;
      return;
    }
    if (found.length === 0) {
      problem.value =
        'There were no JPEG, PNG or WebP pictures in it. Drop a folder of pictures for each class.';
      return;
    }
    if (found.some(({ folder }) => folder === '')) {
      problem.value =
        'Pictures without a folder have no class. Put those of each class in a folder of its own, and drop the folders.';
      return;
    }
    const byFolder = new Map<string, File[]>();
    for (const { folder, file } of found) {
      const files = byFolder.get(folder);
      if (files === undefined) byFolder.set(folder, [file]);
      else files.push(file);
    }
    for (const [folder, files] of byFolder) addImages(folder, files);
  };

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
        onDrop={async (items) => take(await findDropped(items))}
      >
        <FileButton class="link" purpose="folders" folders onFiles={(files) => take(findChosen(files))}>
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
      {problem.value !== null && (
        <p class="aside problem" role="alert">
          {problem.value}
        </p>
      )}
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
        {ownClasses.value.map(({ name, files }, index) => (
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
            <span class="number">{count(files.length)}</span>
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
          onImage={(file) => addImages(filming.value as string, [file])}
          onClose={() => {
            filming.value = null;
          }}
        />
      )}
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
