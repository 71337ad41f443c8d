// npm start: a network is trained, evaluated and used, on images that the library generates.
import { setUpOrExit } from './set-up.mjs';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runNode } from './commands.mjs';
import { filesBelow, root } from './workspace.mjs';

const out = 'runs/start';
const data = ['--data', 'synthetic:signs'];

/** The commands, in order; each as you would give it to `resnet`. */
const commands = [
  () => [
    ...['train', '--network', 'preact/resnet', ...data, '--image-size', '24', '--epochs', '6'],
    ...['--batch-size', '16', '--learning-rate', '3e-3', '--schedule', 'cosine', '--out', out],
  ],
  () => ['evaluate', out, ...data],
  () => ['predict', out, sampleImage()],
];

/** An image that the training left beside the model. */
function sampleImage() {
  const image = existsSync(join(root, out)) && filesBelow(out).find((path) => /\.(png|jpe?g)$/.test(path));
  if (image) return image;
  console.error(`There is no image below ${out} to look at.`);
  return process.exit(1);
}

await setUpOrExit();
// It starts over each time, even if the last one was stopped midway.
rmSync(join(root, out, 'checkpoints'), { recursive: true, force: true });
for (const command of commands) {
  const args = command();
  console.error(`\n$ npm run -s resnet -- ${args.join(' ')}`);
  const { code } = await runNode(join(root, 'tooling/scripts/resnet.mjs'), args, {
    live: true,
    env: { INIT_CWD: root, npm_lifecycle_event: 'resnet' }, // for the commands that it recommends
  });
  if (code !== 0) process.exit(code);
}
