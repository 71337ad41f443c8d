import type { Role } from './role.js';

/** The place of an operation in its network. Indices start at 0. */
export type Site =
  | { readonly part: 'input' }
  | { readonly part: 'stem' | 'head'; readonly index: number; readonly gate?: number }
  | {
      readonly part: 'stage';
      readonly stage: number;
      readonly block: number;
      readonly path: 'preact' | 'branch' | 'shortcut' | 'add' | 'postact';
      readonly index: number;
      /** Inside the gate at `index`: the place in its chain. */
      readonly gate?: number;
    };

/**
 * A site as a string, with which the ids of its parameters begin.
 *
 * @example
 * siteName({ part: 'stage', stage: 1, block: 0, path: 'branch', index: 3 }); // 'stage1.block0.branch.3'
 */
export function siteName(site: Site): string {
  switch (site.part) {
    case 'input':
      return 'input';
    case 'stem':
    case 'head':
      return `${site.part}.${site.index}${gateName(site)}`;
    case 'stage':
      return `stage${site.stage}.block${site.block}.${site.path}.${site.index}${gateName(site)}`;
    default:
      return site satisfies never;
  }
}

const gateName = ({ gate }: { readonly gate?: number }) => (gate === undefined ? '' : `.gate.${gate}`);

/** The site of an operation inside the gate at a site, by its place in the gate's chain. */
export function inGate(site: Site, gate: number): Site {
  return site.part === 'input' ? site : { ...site, gate };
}

/** Whether a site is inside a gate. */
export function isInGate(site: Site): boolean {
  return site.part !== 'input' && site.gate !== undefined;
}

/**
 * A parameter's id: its site and its role, `stage1.block0.branch.3.kernel`. Model files use it as the tensor's name.
 */
export type ParameterId = string;

/** The id of the parameter with a role at a site: `stage1.block0.branch.3.kernel`. */
export function parameterId(site: Site, role: Role): ParameterId {
  return `${siteName(site)}.${role}`;
}
