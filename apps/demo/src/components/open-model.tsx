import { signal } from '@preact/signals';
import type { NetworkName } from '@resnetjs/core';
import { EngineError, messageOf } from '../engine/engine.js';
import { getEngine, model, onWorkerEvent } from '../engine/session.js';
import { FileButton } from './file-button.js';
import { FileDrop } from './file-drop.js';
import { networkTitle } from './format.js';
import { Notice } from './notice.js';
import './open-model.css';

/** What stands in the way of opening files, and the networks of which the visitor may say which it is. */
const problem = signal<{
  readonly message: string;
  readonly networks: readonly NetworkName[];
  readonly openAs: (network: NetworkName) => void;
} | null>(null);
/** The file that is being opened, and how much of that is done, 0 to 1; null before it begins. */
const opening = signal<{ readonly name: string; readonly share: number | null } | null>(null);

onWorkerEvent((event) => {
  if (event.event === 'opening' && opening.value !== null) {
    opening.value = { ...opening.value, share: event.share };
  }
});

const endings = '.safetensors,.pth,.pt,.bin,.th,.h5,.hdf5,.keras,.json';

/** Of the largest network of the catalogue, with an optimizer's state. */
const maxBytes = 2 ** 31;
const maxConfigBytes = 2 ** 24;

/** Whether a file is, by its name, one of weights. */
export function isWeightsFile({ name }: File): boolean {
  return endings.split(',').some((ending) => ending !== '.json' && name.toLowerCase().endsWith(ending));
}

/** Opens a file of weights, with the JSON that may come with it, as the model; then calls `onOpened`. */
export async function openModelFiles(
  files: readonly File[],
  onOpened?: () => void,
  network: NetworkName | null = null,
): Promise<void> {
  const file = files.find(({ name }) => !name.endsWith('.json')) ?? files[0];
  if (file === undefined || opening.value !== null) return;
  const { name } = file;
  problem.value = null;
  opening.value = { name, share: null };
  try {
    if (file.size > maxBytes) throw new Error('It is larger than 2 GB: no network here is.');
    const configs = await Promise.all(files.filter((each) => each !== file).map(readConfig));
    const engine = await getEngine();
    model.value = await engine.request('openFile', { file, name, network, configs });
    onOpened?.();
  } catch (error) {
    const networks = error instanceof EngineError ? (error.networks ?? []) : [];
    const message =
      networks.length > 0
        ? `“${name}” has numbers in the shapes of several networks. Which is it?`
        : `“${name}” can’t be opened. ${messageOf(error)}`;
    const openAs = (chosen: NetworkName) => void openModelFiles(files, onOpened, chosen);
    problem.value = { message, networks, openAs };
  } finally {
    opening.value = null;
  }
}

async function readConfig(file: File): Promise<unknown> {
  try {
    if (file.size > maxConfigBytes) throw new Error('it is too large');
    return JSON.parse(await file.text());
  } catch (error) {
    throw new Error(`“${file.name}”, which came with it, is no JSON: ${messageOf(error)}.`);
  }
}

interface OpenModelProps {
  readonly label: string;
  readonly onOpened?: () => void;
}

/** A place for files of weights, and what is wrong with the last one. */
export function OpenModel({ label, onOpened }: OpenModelProps) {
  const now = opening.value;
  return (
    <div class="open-model">
      <FileDrop
        label={label}
        onDrop={(items) => {
          const files = [...items].map((item) => item.getAsFile()).filter((file) => file !== null);
          void openModelFiles(files, onOpened);
        }}
      >
        <FileButton
          class="link"
          purpose="model"
          accept={endings}
          multiple
          onFiles={(files) => void openModelFiles([...files], onOpened)}
        >
          choose one
        </FileButton>
      </FileDrop>
      {now !== null && (
        <div class="field" role="status">
          <span>Opening “{now.name}” …</span>
          <progress aria-label="How much is done" {...(now.share !== null && { value: now.share })} max={1} />
        </div>
      )}
      <OpeningProblem />
    </div>
  );
}

function OpeningProblem() {
  const found = problem.value;
  if (found === null) return null;
  const { message, networks, openAs } = found;
  return (
    <Notice
      kind="problem"
      onClose={() => {
        problem.value = null;
      }}
    >
      <p>{message}</p>
      {networks.length > 0 && (
        <div class="row">
          {networks.map((name) => (
            <button key={name} type="button" class="button" onClick={() => openAs(name)}>
              {networkTitle(name)}
            </button>
          ))}
        </div>
      )}
    </Notice>
  );
}
