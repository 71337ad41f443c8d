import { expect, it } from 'vitest';
import { jsonDocument } from './document.test-support.js';

it('docs/json.md is what the schemas say, and says what each field means', async () => {
  const document = jsonDocument();
  const fields = document.split('\n').filter((line) => line.startsWith('| `'));
  const silent = fields.filter(
    (line) => line.endsWith('|  |') && !/ (list of )?objects?( or null)? \|/.test(line),
  );
  expect(silent).toEqual([]);
  await expect(document).toMatchFileSnapshot('../../../../docs/json.md');
});
