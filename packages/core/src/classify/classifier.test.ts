import { expect, it } from 'vitest';
import { preactResNet } from '../networks/preact.js';
import { createClassifier } from './classifier.js';

it('two classes of the same name are refused before anything is made', () => {
  const network = preactResNet({ input: [8, 8, 3], classes: 3 });
  expect(() => createClassifier(network, { classes: ['a', 'b', 'a'] })).toThrow(
    'Two classes are named "a": give each its own name.',
  );
});
