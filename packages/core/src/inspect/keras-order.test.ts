import { describe, expect, it } from 'vitest';
import { walk } from '../network/walk.js';
import { createNetwork } from '../networks/catalogue.js';
import { courseResNet50 } from '../networks/course.js';
import { preactResNet } from '../networks/preact.js';
import { kerasOrder } from './keras-order.js';
import { summarize } from './summary.js';

describe('kerasOrder', () => {
  it("puts a projection's layers between the last layers of its branch, the branch's first", () => {
    const { layers } = summarize(courseResNet50());
    const start = layers.findIndex(({ name }) => name === 'res2a_branch2a');
    expect(layers.slice(start, start + 12).map(({ name }) => name)).toEqual([
      'res2a_branch2a',
      'bn2a_branch2a',
      'activation_1',
      'res2a_branch2b',
      'bn2a_branch2b',
      'activation_2',
      'res2a_branch2c',
      'res2a_branch1',
      'bn2a_branch2c',
      'bn2a_branch1',
      'add',
      'activation_3',
    ]);
  });

  it('leaves the inputs of an addition as they are: branch, then shortcut', () => {
    const additions = summarize(courseResNet50()).layers.filter(({ type }) => type === 'Add');
    expect(additions[0]?.connectedTo).toEqual(['bn2a_branch2c', 'bn2a_branch1']);
    expect(additions[1]?.connectedTo).toEqual(['bn2b_branch2c', 'activation_3']);
  });

  // As keras.applications.ResNet50().summary() prints it.
  it("puts the shortcut first in Keras Applications' networks", () => {
    const { layers } = summarize(createNetwork('keras/resnet50'));
    const names = layers.map(({ name }) => name);
    const start = names.indexOf('conv2_block1_2_relu');
    expect(names.slice(start + 1, start + 6)).toEqual([
      'conv2_block1_0_conv',
      'conv2_block1_3_conv',
      'conv2_block1_0_bn',
      'conv2_block1_3_bn',
      'conv2_block1_add',
    ]);
    expect(layers[start + 5]?.connectedTo).toEqual(['conv2_block1_0_bn', 'conv2_block1_3_bn']);
  });

  it('keeps the order of the nodes if there are no projections', () => {
    const network = preactResNet();
    expect(kerasOrder(network)).toEqual([...walk(network).keys()]);
  });

  it('lists every node once, after its inputs', () => {
    const network = courseResNet50();
    const nodes = walk(network);
    const order = kerasOrder(network);
    expect([...order].sort((a, b) => a - b)).toEqual([...nodes.keys()]);
    const listed = new Set<number>();
    for (const index of order) {
      for (const from of nodes[index]?.from ?? []) expect(listed.has(from)).toBe(true);
      listed.add(index);
    }
  });
});
