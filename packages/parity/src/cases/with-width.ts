import { mapOperations, type Network, type Op } from '@resnetjs/core';

/** A network with a part of its filters (a width multiplier): as deep, and quick enough for float64. */
export function withWidth(network: Network, multiplier: number): Network {
  const part = (count: number) => Math.ceil(count * multiplier);
  const narrow = (op: Op): Op => {
    if (op.op === 'conv') return { ...op, filters: part(op.filters), groups: part(op.groups) };
    if (op.op !== 'subsample') return op;
    return { ...op, channelsBefore: part(op.channelsBefore), channelsAfter: part(op.channelsAfter) };
  };
  /** In a gate all but the last convolution stay as wide: two or three values have no steady floor. */
  const narrowed = (ops: readonly Op[], inGate: boolean) => {
    const last = ops.findLastIndex(({ op }) => op === 'conv');
    return ops.map((op, index) => (inGate && index !== last ? op : narrow(op)));
  };
  return {
    ...mapOperations(network, (ops, siteOf) => {
      const site = siteOf(0);
      return narrowed(ops, site.part !== 'input' && site.gate !== undefined);
    }),
    name: `${network.name}, width ×${multiplier}`,
  };
}
