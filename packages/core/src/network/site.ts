/** Where an operation stands in its network. Indices start at 0. */
export type Site =
  | { readonly part: 'input' }
  | { readonly part: 'stem' | 'head'; readonly index: number }
  | {
      readonly part: 'stage';
      readonly stage: number;
      readonly block: number;
      readonly path: 'preact' | 'branch' | 'shortcut' | 'add' | 'postact';
      readonly index: number;
    };

/** A site as one word, `stage1.block0.branch.3`: the stem of its parameters' names in a model file. */
export function siteName(site: Site): string {
  switch (site.part) {
    case 'input':
      return 'input';
    case 'stem':
    case 'head':
      return `${site.part}.${site.index}`;
    case 'stage':
      return `stage${site.stage}.block${site.block}.${site.path}.${site.index}`;
    default:
      return site satisfies never;
  }
}
