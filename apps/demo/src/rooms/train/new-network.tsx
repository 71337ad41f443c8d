import { Segmented } from '../../components/segmented.js';
import { Slider } from './number-fields.js';
import { change, depth, setup } from './setup.js';

/** The network that learns from its first layer on. */
export function NewNetwork() {
  const { network, twin } = setup.value;
  return (
    <>
      <Segmented
        label="Kind"
        name="network"
        value={network.name}
        options={[
          { value: 'preact/resnet', title: 'Small' },
          { value: 'course/resnet50', title: 'Course’s ResNet-50' },
        ]}
        onChange={(name) =>
          change({
            network: { ...network, name },
            size: name === 'course/resnet50' ? 64 : 24,
            recipe: { ...setup.value.recipe, learningRate: name === 'course/resnet50' ? 1.5e-4 : 3e-3 },
          })
        }
      />
      {network.name === 'preact/resnet' ? (
        <Slider
          id="blocks"
          title="Residual blocks"
          value={network.blocks}
          min={1}
          max={18}
          text={`${network.blocks} (${depth.value} layers)`}
          onChange={(blocks) => change({ network: { ...network, blocks } })}
        />
      ) : (
        <p class="aside">
          The course’s ResNet-50, made for pictures of 64 × 64 pixels and six classes: fifty layers, 23.6
          million numbers to learn. The original of 2015 takes 224 × 224 pixels and knows 1,000 classes. On a
          processor, a step takes seconds, and a checkpoint about 280 MB of this browser’s storage.
        </p>
      )}
      <label class="choice">
        <input type="checkbox" checked={twin} onChange={() => change({ twin: !twin })} />
        <span>
          <strong>Train its plain twin beside it</strong>
          <small>The same layers and the same initial values, without the shortcuts.</small>
        </span>
      </label>
      <label class="choice">
        <input
          type="checkbox"
          checked={network.normalized}
          onChange={() => change({ network: { ...network, normalized: !network.normalized } })}
        />
        <span>
          <strong>Batch normalization</strong>
          <small>Keeps each layer’s values in a common range. Networks before 2015 had none.</small>
        </span>
      </label>
    </>
  );
}
