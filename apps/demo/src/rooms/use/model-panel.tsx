import { signal } from '@preact/signals';
import { download } from '../../components/download.js';
import { FileButton } from '../../components/file-button.js';
import { Notice } from '../../components/notice.js';
import { count, percent } from '../../components/words.js';
import { wordsOf } from '../../engine/engine.js';
import { model, useEngine } from '../../engine/session.js';

const problem = signal<string | null>(null);

/** A model file is at most this large: ResNet-152's is 241 MB. */
const maxBytes = 2 ** 30;

async function open(file: File): Promise<void> {
  problem.value = null;
  if (file.size > maxBytes) {
    problem.value = `“${file.name}” is larger than 1 GB, and so no model file of ResNet.js.`;
    return;
  }
  try {
    const engine = await useEngine();
    model.value = await engine.ask('openModel', { file, kept: false });
  } catch (error) {
    problem.value = `“${file.name}” can’t be opened. ${wordsOf(error)}`;
  }
}

async function save(): Promise<void> {
  problem.value = null;
  try {
    const engine = await useEngine();
    download(await engine.ask('modelFile', null), 'model.safetensors');
  } catch (error) {
    problem.value = wordsOf(error);
  }
}

/** The model that answers, and the way to another. */
export function ModelPanel() {
  const facts = model.value;
  if (facts === null) return null;
  return (
    <section class="model" aria-labelledby="model">
      <h2 id="model">The model</h2>
      <dl class="facts">
        <dt>Network</dt>
        <dd>{facts.network}</dd>
        <dt>Learned numbers</dt>
        <dd>{count(facts.parameters)}</dd>
        <dt>Sees</dt>
        <dd>
          {facts.size[1]} × {facts.size[0]} pixels
        </dd>
        <dt>Knows</dt>
        <dd>{facts.classes.join(', ')}</dd>
        {facts.accuracy !== null && (
          <>
            <dt>Right on unseen pictures</dt>
            <dd>{percent(facts.accuracy, 1)}</dd>
          </>
        )}
        <dt>Where from</dt>
        <dd>{facts.origin}</dd>
      </dl>
      <div class="row">
        <Open />
        <button type="button" class="button" onClick={() => void save()}>
          Download it
        </button>
      </div>
    </section>
  );
}

function Open() {
  return (
    <>
      <FileButton
        class="button"
        purpose="model"
        accept=".safetensors"
        onFiles={([file]) => {
          if (file) void open(file);
        }}
      >
        Open a model file
      </FileButton>
      {problem.value !== null && (
        <Notice
          kind="problem"
          onClose={() => {
            problem.value = null;
          }}
        >
          {problem.value}
        </Notice>
      )}
    </>
  );
}

ModelPanel.Open = Open;
