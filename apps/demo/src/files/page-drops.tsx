import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { findDropped } from './found-files.js';
import { takeFiles } from './take-files.js';
import './page-drops.css';

const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') === true;

/** The page as a whole is a place to drop files on; while some are dragged over it, it says what becomes of them. */
export function PageDrops() {
  const over = useSignal(false);
  useEffect(() => {
    const isOver = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      over.value = !event.defaultPrevented; // a place of its own has taken it
      event.preventDefault();
      if (over.value && event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    };
    const leave = ({ relatedTarget }: DragEvent) => {
      if (relatedTarget === null) over.value = false;
    };
    const drop = (event: DragEvent) => {
      over.value = false;
      if (!hasFiles(event) || event.defaultPrevented) return;
      event.preventDefault(); // otherwise the file would replace the page, and end a training
      void findDropped((event.dataTransfer as DataTransfer).items).then(takeFiles);
    };
    addEventListener('dragover', isOver);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', isOver);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
  return over.value ? (
    <p class="page-drop">
      Drop it anywhere: a model is drawn in Look and answers in Use, a picture is classified, and folders of
      pictures are trained on.
    </p>
  ) : null;
}
