import { signal } from '@preact/signals';
import { download } from '../../components/download.js';
import { Notice } from '../../components/notice.js';
import { count, networkTitle, originWords, percent } from '../../components/format.js';
import { isModel } from '../../files/opened-file.js';
import { OpenModel } from '../../files/open-model.js';
import { containerTitles, dialectTitles } from '../../files/sources.js';
import { messageOf } from '../../engine/engine.js';
import { model, getEngine } from '../../engine/session.js';
import type { ModelFacts } from '../../worker/protocol.js';
import { chooseSubject } from '../look/subject.js';
import { formatTitles, formats, isFormat } from './formats.js';
import { PreprocessingChoice } from './preprocessing-choice.js';

const problem = signal<string | null>(null);
const format = signal<(typeof formats)[number]>('resnetjs');

async function save(facts: ModelFacts): Promise<void> {
  problem.value = null;
  try {
    const engine = await getEngine();
    const file = await engine.request('modelFile', { format: format.value });
    const name = format.value === 'resnetjs' ? 'model' : facts.network.replaceAll('/', '-');
    download(file, `${name}${formatTitles[format.value].ending}`);
  } catch (error) {
    problem.value = messageOf(error);
  }
}

/** Has Look draw the model. */
function draw(): void {
  chooseSubject(isModel.value ? 'file' : 'model');
  location.hash = '#look';
}

/** The model, and the choice of another. */
export function ModelPanel() {
  const facts = model.value;
  if (facts === null) return null;
  return (
    <section class="model" aria-labelledby="model">
      <h2 id="model">The model</h2>
      <Facts facts={facts} />
      <div class="row">
        <button type="button" class="link" onClick={draw}>
          See its drawing in Look
        </button>
      </div>
      {facts.file !== null && <PreprocessingChoice facts={facts} file={facts.file} />}
      <Download facts={facts} />
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
      <OpenModel label="Drop another model here" />
    </section>
  );
}

function Facts({ facts }: { readonly facts: ModelFacts }) {
  const { network, parameters, size, classes, accuracy, file } = facts;
  return (
    <dl class="facts">
      <dt>Network</dt>
      <dd>{networkTitle(network)}</dd>
      <dt>Learned numbers</dt>
      <dd>{count(parameters)}</dd>
      <dt>Input</dt>
      <dd>
        {size[1]} × {size[0]} pixels
      </dd>
      <dt>Classes</dt>
      <dd>
        {listed(classes)}
        {file?.classesFrom === 'assumed' && ' (assumed: the file has only numbers)'}
      </dd>
      {accuracy !== null && (
        <>
          <dt>Unseen pictures recognized</dt>
          <dd>{percent(accuracy, 1)}</dd>
        </>
      )}
      <dt>Origin</dt>
      <dd>
        {file === null
          ? originWords(facts)
          : `${file.name}: ${containerTitles[file.container]}, ${dialectTitles[file.dialect]}`}
      </dd>
    </dl>
  );
}

const shownClasses = 10;

/** All classes; of many, their number and the first. */
function listed(classes: readonly string[]): string {
  if (classes.length <= 2 * shownClasses) return classes.join(', ');
  const first = classes.slice(0, 3).map((name) => name.split(',')[0]); // ImageNet's names have several words for one
  return `${count(classes.length)}: ${first.join(', ')} …`;
}

function Download({ facts }: { readonly facts: ModelFacts }) {
  return (
    <div class="field">
      <label for="format">A file of it, for</label>
      <div class="download">
        <select
          id="format"
          value={format.value}
          onChange={({ currentTarget: { value } }) => {
            if (isFormat(value)) format.value = value;
          }}
        >
          {formats.map((name) => (
            <option key={name} value={name}>
              {formatTitles[name].title} ({formatTitles[name].ending})
            </option>
          ))}
        </select>
        <button type="button" class="button" onClick={() => void save(facts)}>
          Download it
        </button>
      </div>
    </div>
  );
}
