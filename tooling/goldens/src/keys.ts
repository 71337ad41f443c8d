import { type Network, type Parameter, type ParameterId, parameters, siteName } from '@resnetjs/core';

/** What a parameter is called on both sides. */
export interface Key {
  /**
   * Where it stands, by its place among the layers of its path that have parameters: `stage1.block0.branch.linear2.kernel`
   * is of the branch's third convolution or dense layer, those inside a gate included.
   */
  readonly key: string;
  /** Whether it is of a branch's last normalization. */
  readonly isLastNorm: boolean;
}

/** The names of a network's parameters, in the order of `parameters`. */
export function keysOf(network: Network): ReadonlyMap<ParameterId, Key> {
  const layers = new Map<string, string>();
  const counts = new Map<string, number>();
  const lastNorms = new Map<string, string>();
  const named = parameters(network).map((parameter) => {
    const path = pathOf(parameter);
    const site = siteName(parameter.site);
    let layer = layers.get(site);
    if (layer === undefined) {
      const kind = `${path}.${parameter.op === 'norm' ? 'norm' : 'linear'}`;
      const count = counts.get(kind) ?? 0;
      counts.set(kind, count + 1);
      layer = `${kind}${count}`;
      layers.set(site, layer);
      if (parameter.op === 'norm') lastNorms.set(path, layer);
    }
    return { id: parameter.id, path, layer, role: parameter.role };
  });
  return new Map(
    named.map(({ id, path, layer, role }) => [
      id,
      {
        key: `${layer}.${role}`,
        isLastNorm: path.endsWith('.branch') && lastNorms.get(path) === layer,
      },
    ]),
  );
}

function pathOf({ site }: Parameter): string {
  if (site.part !== 'stage') return site.part;
  return `stage${site.stage}.block${site.block}.${site.path}`;
}
