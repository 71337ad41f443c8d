import { signal } from '@preact/signals';
import { Notice } from '../../components/notice.js';
import { preprocessingTitles } from '../../files/sources.js';
import { messageOf } from '../../engine/engine.js';
import { getEngine, model } from '../../engine/session.js';
import {
  type FileFacts,
  type ModelFacts,
  type PreprocessingName,
  preprocessingNames,
} from '../../worker/protocol.js';

/** Where the way in which images are prepared comes from. */
const reasons: Readonly<Record<FileFacts['preprocessingFrom'], string>> = {
  assumed: 'Assumed: the file doesn’t say it. If the answers make no sense, try another.',
  checksum: 'Known: the file is one that its makers published.',
  file: 'As the file says.',
  published: 'As those who published these weights say.',
  option: 'Your choice.',
};

const problem = signal<string | null>(null);

async function prepare(preprocessing: PreprocessingName | 'given'): Promise<void> {
  problem.value = null;
  try {
    model.value = await (await getEngine()).request('prepare', { preprocessing });
  } catch (error) {
    problem.value = messageOf(error);
  }
}

interface PreprocessingChoiceProps {
  readonly facts: ModelFacts;
  readonly file: FileFacts;
}

/** How images are prepared for a network of others, and the choice of another way. */
export function PreprocessingChoice({ facts, file }: PreprocessingChoiceProps) {
  const { preprocessing, givenPreprocessing } = facts;
  return (
    <div class="field">
      <label for="preprocessing">Pictures are prepared as for</label>
      <select
        id="preprocessing"
        value={preprocessing ?? 'given'}
        onChange={({ currentTarget: { value } }) => void prepare(value as PreprocessingName | 'given')}
      >
        {givenPreprocessing === null && <option value="given">this file alone</option>}
        {preprocessingNames.map((name) => (
          <option key={name} value={name}>
            {preprocessingTitles[name]}
          </option>
        ))}
      </select>
      <p class="aside">{reasons[file.preprocessingFrom]}</p>
      {problem.value !== null && <Notice kind="problem">{problem.value}</Notice>}
    </div>
  );
}
