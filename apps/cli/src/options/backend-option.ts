import { Option } from 'commander';

export function backendOption(): Option {
  return new Option(
    '--backend <name>',
    'wasm, node, cpu, or auto for the fastest one here, of those that can run; see resnet backends',
  ).default('wasm');
}
