import * as backendWasm from '@resnetjs/backend-wasm';
import * as core from '@resnetjs/core';
import * as coreClasses from '@resnetjs/core/classes';
import * as coreDraw from '@resnetjs/core/draw';
import * as data from '@resnetjs/data';
import * as dataBrowser from '@resnetjs/data/browser';
import * as dataNode from '@resnetjs/data/node';
import * as training from '@resnetjs/training';
import * as weights from '@resnetjs/weights';
import * as weightsNode from '@resnetjs/weights/node';
import { expect, it } from 'vitest';
import * as ownBrowser from './browser/load.js';
import * as browser from './browser.js';
import * as classes from './classes.js';
import * as draw from './draw.js';
import * as main from './index.js';
import * as ownNode from './node/load.js';
import * as node from './node.js';

/** What each entry brings, from where. A name that two packages export would be in the entry once, or not at all. */
const entries = [
  { entry: 'resnetjs', ours: main, theirs: { backendWasm, core, data, training, weights } },
  { entry: 'resnetjs/browser', ours: browser, theirs: { dataBrowser, ownBrowser } },
  { entry: 'resnetjs/classes', ours: classes, theirs: { coreClasses } },
  { entry: 'resnetjs/draw', ours: draw, theirs: { coreDraw } },
  { entry: 'resnetjs/node', ours: node, theirs: { dataNode, weightsNode, ownNode } },
];

it.each(entries)('$entry exports what its packages export, and no more', ({ ours, theirs }) => {
  const expected = Object.values(theirs).flatMap((each) => Object.entries(each));
  expect(Object.keys(ours).sort()).toEqual(expected.map(([name]) => name).sort());
  for (const [name, value] of expected) expect(ours, name).toHaveProperty(name, value);
});
