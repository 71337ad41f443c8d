import { type Conv, type NetworkName, networkEntries, walk } from '@resnetjs/core';
import type { Drawing, Facts } from '@resnetjs/core/draw';
import { count, large } from '../../components/format.js';
import { isModel, openedFile } from '../../files/opened-file.js';
import { CloseButton } from '../../components/close-button.js';
import { FileDetails, FileRows } from './file-facts.js';
import { settingsOf } from './settings.js';
import { Tensors } from './tensors.js';
import { factsOf, network, selected, subject, titleOf } from './subject.js';

const shape = (dimensions: readonly number[]) => dimensions.join(' × ');

/** What each type of layer does, for readers who never met one. */
const explanations: Readonly<Record<string, string>> = {
  InputLayer: 'The picture: a grid of pixels, with a number each for red, green and blue.',
  Conv2D:
    'A small window slides over the map. Wherever what it sees resembles one of its filters, that filter’s map lights up.',
  BatchNormalization: 'Brings each channel to a common range, so that the next layer finds what it expects.',
  Activation:
    'ReLU: keeps what is positive, and sets the rest to 0. Without it, all layers together would be no more than one.',
  Add: 'The block’s result and its input, added. In the backward pass, the gradient goes both ways from here, as it came.',
  ZeroPadding2D: 'A frame of zeros around the map, so that the window also reaches the border.',
  MaxPooling2D: 'Of each small neighbourhood only the largest value stays: a smaller map.',
  AveragePooling2D: 'Of each neighbourhood the mean stays: a smaller map.',
  GlobalAveragePooling2D:
    'Of each whole map one number stays, its mean: how much there is of what it looks for.',
  Multiply:
    'A gate: the layers beside the wire look at all channels, and find a factor between 0 and 1 for each. What matters less in this picture is turned down.',
  Lambda: 'Every second pixel is kept, and channels of zeros fill up the rest. There is nothing to learn.',
  Dropout: 'In training only: leaves out a part at random, so that nothing relies on it.',
  Flatten: 'Lays the maps out in one long list.',
  Dense: 'One score for each class, from all that was found.',
  Stem: 'The first look: edges and colours, on a map that is made smaller at once.',
  Head: 'The decision: what was found anywhere in the picture becomes a score for each class.',
  Block:
    'A few layers, and a line around them: what comes out is the input, plus what the layers found to add.',
  Shortcut: 'The way around: here the size changes, so a 1×1 convolution brings the input to the new one.',
  Stage: 'Blocks that work on maps of one size.',
};

/** What a layer or block does, in this network. */
function explain({ type, site, nodes }: Facts): string {
  const op = walk(network.value)[nodes[0] ?? 0]?.op;
  if (type === 'Activation' && op?.op === 'act' && op.activation === 'sigmoid') {
    return 'Sigmoid: brings each number between 0 and 1.';
  }
  if (type === 'Conv2D' && op?.op === 'conv') return `${explanations.Conv2D}${peculiarities(op)}`;
  if (type === 'Shortcut' && nodes.every((node) => walk(network.value)[node]?.op.op !== 'conv')) {
    const added = nodes.some((node) => walk(network.value)[node]?.op.op === 'subsample');
    return `The way around: here the size changes, so pixels are left out${added ? ', and channels of zeros added' : ''}.`;
  }
  if (type !== 'Block' || site.part !== 'stage') return explanations[type] ?? type;
  const block = network.value.stages[site.stage]?.[site.block];
  if (block?.shortcut === null) return 'A few layers in a row. A plain network has no line around them.';
  return `${explanations.Block}${block?.postact.length ? ' A ReLU then sets what is negative to 0.' : ''}`;
}

function peculiarities({ groups, dilations }: Conv): string {
  const grouped = groups > 1 ? ` In ${groups} groups: each filter sees only its own group’s channels.` : '';
  const apart =
    dilations[0] > 1 ? ` It looks at every ${dilations[0]}th pixel, and so at a larger part.` : '';
  return grouped + apart;
}

/** The selected layer or block, or the network as a whole. */
export function Inspector({ drawing }: { readonly drawing: Drawing }) {
  const facts = factsOf(drawing, selected.value);
  return (
    <section
      class={facts === null ? 'inspector' : 'inspector has-layer'}
      aria-live="polite"
      aria-atomic="true"
    >
      {facts === null ? <Whole drawing={drawing} /> : <One facts={facts} />}
    </section>
  );
}

function Whole({ drawing }: { readonly drawing: Drawing }) {
  return (
    <>
      <h2>{titleOf(subject.value)}</h2>
      {subject.value !== 'course/resnet50' && Object.hasOwn(networkEntries, subject.value) && (
        <Origin name={subject.value as NetworkName} />
      )}
      {subject.value === 'course/resnet50' && (
        <p class="aside">
          Made for pictures of 64 × 64 pixels and six classes. The original of 2015 has the same blocks, but
          takes 224 × 224 pixels and knows 1,000 classes: 25.6 million learned numbers.
        </p>
      )}
      <dl class="facts">
        <dt>Learned numbers</dt>
        <dd class="number">{large(drawing.parameters)}</dd>
        <dt>Multiply-adds</dt>
        <dd class="number">{large(drawing.multiplyAdds)}</dd>
        {subject.value === 'file' && openedFile.value !== null && <FileRows file={openedFile.value} />}
      </dl>
      {subject.value === 'file' && openedFile.value !== null && <FileDetails file={openedFile.value} />}
      {(subject.value === 'model' || (subject.value === 'file' && isModel.value)) && (
        <p>
          <a href="#use">Show it pictures in Use</a>
        </p>
      )}
      <p class="aside">
        Point at a layer, or use the arrow keys. Click a block to open it. The higher a bar, the larger its
        map; the thicker, the more channels. Training finds the learned numbers, the parameters; multiply-adds
        are the work for one picture.
      </p>
    </>
  );
}

/** Where a network of the catalogue is from. */
function Origin({ name }: { readonly name: NetworkName }) {
  const { family, paper, input, classes } = networkEntries[name];
  const what =
    family === 'CIFAR' ? 'A network for CIFAR’s small pictures' : `${family}’s form of the network`;
  return (
    <p class="aside">
      {what} ({paper}): for pictures of {input[0]} × {input[1]} pixels and {count(classes)} classes.
    </p>
  );
}

function One({ facts }: { readonly facts: Facts }) {
  const { name, type, inputShapes, outputShape, parameters, multiplyAdds, nodes } = facts;
  const [only, ...others] = nodes.map((node) => walk(network.value)[node]?.op);
  const settings = only !== undefined && others.length === 0 ? settingsOf(only) : [];
  return (
    <>
      <div class="inspector-head">
        <h2>{name}</h2>
        <CloseButton
          label="Close the description"
          onClick={() => {
            selected.value = null;
          }}
        />
      </div>
      <p class="aside">{explain(facts)}</p>
      <dl class="facts">
        <dt>Type</dt>
        <dd>{type}</dd>
        {inputShapes.length > 0 && (
          <>
            <dt>Input</dt>
            <dd class="number">{inputShapes.map(shape).join(' and ')}</dd>
          </>
        )}
        <dt>Output</dt>
        <dd class="number">{shape(outputShape)}</dd>
        <dt>Learned numbers</dt>
        <dd class="number">{large(parameters)}</dd>
        <dt>Multiply-adds</dt>
        <dd class="number">{large(multiplyAdds)}</dd>
        {settings.map(([setting, value]) => [
          <dt key={setting}>{setting}</dt>,
          <dd key={`${setting} is`} class="number">
            {value}
          </dd>,
        ])}
      </dl>
      <Tensors nodes={nodes} />
    </>
  );
}
