import { FileButton } from '../components/file-button.js';
import { FileDrop } from '../components/file-drop.js';
import { findChosen, findDropped } from './found-files.js';
import { modelTypes } from './sort-files.js';
import { openModel, takeFiles } from './take-files.js';

/** A place for files of a model. */
export function OpenModel({ label }: { readonly label: string }) {
  return (
    <FileDrop label={label} onDrop={async (items) => takeFiles(await findDropped(items))}>
      <FileButton
        class="link"
        purpose="model"
        accept={modelTypes}
        multiple
        onFiles={async (files) => openModel(await findChosen(files))}
      >
        choose one
      </FileButton>
    </FileDrop>
  );
}
