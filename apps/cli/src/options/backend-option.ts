import { Option } from 'commander';

export function backendOption(): Option {
  return new Option(
    '--backend <name>',
    'what computes: one that `resnet backends` lists, or auto, the fastest',
  ).default('wasm');
}
