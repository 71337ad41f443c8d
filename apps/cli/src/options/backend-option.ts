import { Option } from 'commander';

export function backendOption(): Option {
  return new Option(
    '--backend <name>',
    'wasm, node, cpu, or auto for the fastest one available; see resnet backends',
  ).default('wasm');
}
