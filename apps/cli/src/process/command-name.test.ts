import { expect, it } from 'vitest';
import { commandIn } from './command-name.js';

it.each([
  [{}, 'resnet'],
  [{ npm_lifecycle_event: 'resnet', npm_command: 'run-script' }, 'npm run -s resnet --'],
  [{ npm_lifecycle_event: 'npx', npm_command: 'exec' }, 'npx @resnetjs/cli'],
  [{ npm_command: 'exec' }, 'npx @resnetjs/cli'],
  [{ npm_lifecycle_event: 'train', npm_command: 'run-script' }, 'npx @resnetjs/cli'], // a script of the user's project
])('a command is recommended as it can be called: %j', (environment, command) => {
  expect(commandIn(environment)).toBe(command);
});
