import { signal } from '@preact/signals';
import { download } from '../../components/download.js';
import { FileButton } from '../../components/file-button.js';
import { Notice } from '../../components/notice.js';
import { count, networkTitle, percent } from '../../components/format.js';
import { messageOf } from '../../engine/engine.js';
import { model, getEngine } from '../../engine/session.js';

const problem = signal<string | null>(null);

/** Of a model file: ResNet-152's has 241 MB. */
const maxBytes = 2 ** 30;

async function open(file: File): Promise<void> {
  problem.value = null;
  if (file.size > maxBytes) {
    problem.value = `“${file.name}” is larger than 1 GB, so it is not a model file of ResNet.js.`;
    return;
  }
  try {
    const engine = await getEngine();
    model.value = await engine.request('openModel', { file, isSaved: false });
  } catch (error) {
    problem.value = `“${file.name}” can’t be opened. ${messageOf(error)}`;
  }
}

async function save(): Promise<void> {
  problem.value = null;
  try {
    const engine = await getEngine();
    download(await engine.request('modelFile', null), 'model.safetensors');
  } catch (error) {
    problem.value = messageOf(error);
  }
}

/** The model, and the choice of another. */
export function ModelPanel() {
  const facts = model.value;
  if (facts === null) return null;
  return (
    <section class="model" aria-labelledby="model">
      <h2 id="model">The model</h2>
      <dl class="facts">
        <dt>Network</dt>
        <dd>{networkTitle(facts.network)}</dd>
        <dt>Learned numbers</dt>
        <dd>{count(facts.parameters)}</dd>
        <dt>Input</dt>
        <dd>
          {facts.size[1]} × {facts.size[0]} pixels
        </dd>
        <dt>Classes</dt>
        <dd>{facts.classes.join(', ')}</dd>
        {facts.accuracy !== null && (
          <>
            <dt>Unseen pictures recognized</dt>
            <dd>{percent(facts.accuracy, 1)}</dd>
          </>
        )}
        <dt>Origin</dt>
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
