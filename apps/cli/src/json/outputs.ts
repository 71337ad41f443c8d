import type { BackendErrorCode } from '@resnetjs/backend';
import type { InstallEvent } from '@resnetjs/backend-node/install';
import type { ErrorCode, Summary } from '@resnetjs/core';
import { fitModes, interpolations } from '@resnetjs/core/images';
import { type DialectName, dialectNames, networkFamilies } from '@resnetjs/core/network';
import type { Drawing } from '@resnetjs/core/draw';
import type { ParityReport } from '@resnetjs/parity';
import { type ContainerName, containerNames, writtenFormats } from '@resnetjs/weights';
import { z } from 'zod';

// What each command prints with --json. docs/json.md is written from this file, and every line that the tests see is held to it.

const integer = z.int().min(0);
const share = z.number().min(0).max(1);
const shape = z.array(integer).readonly();
const text = z.string();
const loss = (of: string) => z.number().nullable().describe(`${of}, in nats`);
const parametersOf = (what: string) => integer.describe(`the number of scalars in ${what}`);
const multiplyAdds = integer.describe('multiply-adds of convolutions and dense layers, for one image');
const classNames = z
  .array(text)
  .readonly()
  .describe('the names of the classes, in the order of their labels');

const parameters = z.strictObject({
  total: integer.describe('all'),
  trainable: integer.describe('weights'),
  nonTrainable: integer.describe('running statistics'),
});

const skippedImage = z.strictObject({
  file: text.describe('the path of an image that was left out, with --on-error skip'),
  reason: text.describe('why'),
});
const skipped = z.array(skippedImage).readonly();

const networks = z.strictObject({
  networks: z
    .array(
      z.strictObject({
        name: text.describe('its name, which the commands take'),
        family: z.enum(networkFamilies).describe('whose form of it this is'),
        paper: text.describe('the paper that its architecture is from'),
        inputShape: shape.describe('height, width and channels of an image, by default'),
        classes: integer.describe('the number of classes, by default'),
        parameters,
        multiplyAdds,
      }),
    )
    .readonly()
    .describe('every network, family by family'),
});

const cachedWeights = {
  name: text.describe('their name, with the commit if it is a repository on Hugging Face'),
  bytes: integer.describe('of all files'),
};

const hub = z.strictObject({
  cache: text.describe("the cache's folder"),
  weights: z
    .array(
      z.strictObject({
        name: text.describe('their name, which the commands take'),
        network: text
          .nullable()
          .describe('their network; null for what is in the cache and not in the table'),
        source: z.enum(['torchvision', 'timm', 'keras']).nullable().describe('who published them'),
        isDefault: z.boolean().describe('whether a name without @… means them'),
        bytes: integer.nullable().describe("the file's size, to about a thousandth"),
        accuracy: z
          .strictObject({
            top1: z.number().describe('in percent'),
            top5: z.number().describe('in percent'),
            side: integer.describe('height and width of the images, in pixels'),
          })
          .nullable()
          .describe("on ImageNet's validation images, as published"),
        license: text.nullable().describe('the licence; null if their source does not say'),
        url: text.nullable().describe('the address'),
        tried: z.boolean().describe('whether the download was tried with the source itself'),
        cached: z
          .strictObject({
            ...cachedWeights,
            isPartial: z.boolean().describe('whether the download is not finished'),
            files: z.array(text).readonly().describe('paths, from the folder of the cache on'),
          })
          .nullable()
          .describe('what of them is in the cache; null if nothing is'),
      }),
    )
    .readonly()
    .describe('network by network; then what else is in the cache'),
});

const summary = z.strictObject({
  name: text.describe("the network's name"),
  inputShape: shape.describe('height, width and channels of an image'),
  layers: z
    .array(
      z.strictObject({
        name: text.describe("the layer's name, in the dialect of --layer-names"),
        type: text.describe('its Keras class'),
        outputShape: shape.describe('without the batch axis'),
        parameters: parametersOf('its parameters'),
        multiplyAdds,
        activation: text.exactOptional().describe('of an activation, which one'),
        connectedTo: z.array(text).readonly().describe('the layers whose results it takes'),
        weights: z
          .array(
            z.strictObject({
              name: text.describe("a parameter's name"),
              shape: shape.describe('its shape'),
              trainable: z.boolean().describe('false for running statistics'),
            }),
          )
          .readonly(),
      }),
    )
    .readonly()
    .describe("in the order of Keras's summary"),
  parameters,
  multiplyAdds,
}) satisfies z.ZodType<Summary>;

const point = {
  x: z.number().describe('in pixels, to the right'),
  y: z.number().describe('in pixels, down'),
};
const box = { ...point, width: z.number().describe('in pixels'), height: z.number().describe('in pixels') };
const site = z
  .looseObject({ part: z.enum(['input', 'stem', 'stage', 'head']).describe('the part of the network') })
  .describe('where it stands: part, and by part stage, block, path and index, from 0');
const facts = {
  name: text.describe("the layer's name, or `block 2a`, `stage 2`, `stem`, `head`"),
  type: text.describe('its Keras class; `Block`, `Shortcut`, `Stem`, `Head` or `Stage` for several layers'),
  site,
  nodes: z
    .array(integer)
    .readonly()
    .describe("the layers that it stands for, by their place in the network's order"),
  inputShapes: z.array(shape).readonly().describe('the shapes of its inputs, without the batch axis'),
  outputShape: shape.describe('the shape of its result, without the batch axis'),
  parameters: parametersOf('its parameters'),
  multiplyAdds,
  description: text.describe('these facts as a sentence'),
};
const group = text.nullable().describe('the id of the group around it; null if there is none');

const drawing = z.strictObject({
  name: text.describe("the network's name"),
  title: text.describe('the heading'),
  description: text.describe('the drawing in sentences'),
  width: z.number().describe('in pixels'),
  height: z.number().describe('in pixels'),
  parameters: parametersOf('the parameters'),
  multiplyAdds,
  groups: z
    .array(
      z.strictObject({
        id: text.describe('`stage0`, `stage0.block1`, `stem` or `head`'),
        kind: z.enum(['stage', 'block', 'part']).describe('what it is'),
        group,
        ...box,
        ...facts,
      }),
    )
    .readonly()
    .describe('frames around stages, and around open blocks, stem and head'),
  edges: z
    .array(
      z.strictObject({
        id: text.describe("the edge's own"),
        kind: z
          .enum(['main', 'identity', 'projection', 'subsampled'])
          .describe('the main path, or the shortcut it is of'),
        from: text.describe('the id of the node where it starts'),
        to: text.nullable().describe("the id of the node where it ends; null for the network's result"),
        path: text.describe('SVG path data'),
        tip: z.strictObject({
          ...point,
          direction: z.enum(['right', 'down', 'up']).describe('where it points'),
        }),
        fork: z.strictObject(point).nullable().describe('where it leaves another edge; null if at its node'),
        shape: shape.describe('of the tensor, without the batch axis'),
      }),
    )
    .readonly(),
  nodes: z
    .array(
      z.strictObject({
        id: text.describe('its site as a string, `stage0.block1.branch.3`'),
        kind: text.describe(
          "a layer's operation, or `input`, `add`, `part`, `block`, `projection`, `subsampled`",
        ),
        group,
        ...box,
        ...facts,
        bars: z
          .array(
            z.strictObject({
              ...box,
              kind: z.enum(['conv', 'pool', 'gate', 'dense']).describe('the layer'),
              node: integer.describe('the layer, by its place in the order'),
            }),
          )
          .readonly()
          .describe('the layers of a closed node; empty for others'),
      }),
    )
    .readonly(),
  texts: z
    .array(
      z.strictObject({
        ...point,
        text: text.describe('what is written'),
        role: text.describe('`title`, `figures`, `label`, `caption`, `shape` or `shortcut`'),
        anchor: z.enum(['start', 'middle', 'end']).describe('which end of the text is at x'),
        of: text.describe('the id of the node or group that it is about'),
      }),
    )
    .readonly(),
});
null as unknown as Drawing satisfies z.input<typeof drawing>;

const augment = z.strictObject({
  out: text.describe('the PNG file'),
  images: z
    .array(
      z.strictObject({
        index: integer.describe('which image of the dataset it is, from 0'),
        class: text.describe('its class'),
      }),
    )
    .readonly()
    .describe('the images, a row for each'),
  epochs: z.array(integer).readonly().describe('the epochs, a column for each, after the images as they are'),
  augment: text.describe('the augmentations, as `--augment` takes them; empty for none'),
  mixing: z
    .strictObject({
      mixup: z.number().optional().describe('its alpha'),
      cutmix: z.number().optional().describe('its alpha'),
      probability: share.describe('the share of the batches that are mixed'),
    })
    .nullable()
    .describe('how images are mixed with each other; null if they are not'),
  seed: integer.describe('the seed'),
});

const epoch = integer.describe('the epoch, from 1');
const steps = integer.describe('optimizer steps so far, over all epochs');
const learningRate = (of: string) =>
  z.number().describe(`the learning rate of ${of}, as the schedule has it`);

const validation = {
  loss: loss('the mean cross-entropy of the images'),
  accuracy: share.describe('the share that was classified correctly'),
  images: integer.describe('how many images there were'),
};
const confusion = z
  .array(z.array(integer).readonly())
  .readonly()
  .describe('images by true class (rows) and predicted class (columns), in the order of the classes');

const leftOut = z
  .array(
    z.strictObject({
      kind: text.describe('the reason: an extension, such as `.gif`, `hidden`, `broken link` …'),
      files: integer.describe('how many'),
      example: text.describe('the path of the first'),
    }),
  )
  .readonly()
  .describe('files of the folders that are not read');

const twins = (what: string) =>
  z
    .strictObject({
      images: integer.describe('how many images have such a twin'),
      example: z
        .tuple([text, text])
        .readonly()
        .nullable()
        .describe('the names of two; null if there are none'),
    })
    .describe(what);

const train = z.discriminatedUnion('event', [
  z
    .strictObject({
      event: z.literal('start'),
      network: text.describe("the network's name"),
      parameters,
      backend: text.describe('the backend that computes'),
      classes: classNames,
      images: integer.describe('training images'),
      validationImages: integer.describe('validation images; 0 without a validation'),
      epochs: integer.describe('epochs to train, in total'),
      skipped,
      leftOut,
      split: z
        .strictObject({
          training: text.describe('the folder of the training images'),
          validation: text.nullable().describe('that of the validation images; null if there is none'),
          unused: z.array(text).readonly().describe('those of the split that are not used'),
        })
        .nullable()
        .describe('the folders of a split folder; null for other data'),
      duplicates: z
        .strictObject({
          acrossSplit: twins('validation images that are in training, too'),
          acrossClasses: twins('training images that another class has as well'),
          withinClass: twins('training images that their class has before them'),
        })
        .nullable()
        .describe('images of equal content; null if the data does not identify its images'),
      replaces: z
        .enum(['training', 'model'])
        .nullable()
        .describe('what its folder holds and is replaced: a finished training, or a model alone; else null'),
      from: z
        .strictObject({
          file: text.describe('its name'),
          container: text.describe('its format'),
          network: text.describe('the network in it'),
          newHead: z
            .boolean()
            .nullable()
            .describe(
              "whether the dense layer is a new one, for other classes than the file's; null if it resumes",
            ),
        })
        .exactOptional()
        .describe('the file of weights that it started from; only with --from'),
      cache: z
        .strictObject({
          images: integer.describe('training and validation images'),
          kept: integer.describe('how many of them stay in memory once they are decoded'),
          bytesForAll: integer.describe('what would keep all of them'),
        })
        .exactOptional()
        .describe('memory for images (--cache); absent for a SIGNS file, which is in memory as it is'),
      chosen: z
        .array(
          z.strictObject({
            what: text.describe('what was chosen, such as `cifar/resnet20` or `30 epochs`'),
            why: text.describe('the reason'),
          }),
        )
        .readonly()
        .exactOptional()
        .describe(
          'what was chosen by the number and size of the images; only without --network, --from and --recipe',
        ),
      recipe: z
        .strictObject({
          file: text.describe('its path'),
          changed: z
            .array(text)
            .readonly()
            .describe('the options given besides that differ from it, such as `--epochs`'),
        })
        .exactOptional()
        .describe('the recipe of another training; only with --recipe'),
      resumed: z
        .strictObject({
          steps: integer.describe('optimizer steps that were taken before'),
          path: text.describe('the checkpoint from which it resumes'),
        })
        .exactOptional()
        .describe('only if it resumes'),
      otherRounding: z
        .strictObject({
          before: text.describe('what its backend computed with when it was saved'),
          now: text.describe('what it computes with'),
        })
        .exactOptional()
        .describe(
          'only if it resumes with instructions that round otherwise: the last bits of its results differ',
        ),
    })
    .describe('The first line.'),
  z
    .strictObject({
      event: z.literal('step'),
      epoch,
      step: integer.describe('the step in its epoch, from 1'),
      stepsPerEpoch: integer.describe('steps of an epoch'),
      loss: loss("this batch's mean loss, with the L2 penalty, under the weights before the step"),
      accuracy: share.describe('the share of this batch that was classified correctly'),
      meanLoss: loss("the mean over the epoch's images so far"),
      meanAccuracy: share.describe("the share of the epoch's images so far"),
      learningRate: learningRate('this step'),
      imagesPerSecond: z.number().describe('images per second in this step'),
    })
    .describe('An optimizer step.'),
  z
    .strictObject({
      event: z.literal('epoch'),
      epoch,
      loss: loss(
        "the mean over the epoch's images, each under the weights before its step, with the L2 penalty",
      ),
      accuracy: share.describe("the share of the epoch's images that was classified correctly"),
      learningRate: learningRate('its last step'),
      seconds: z.number().describe('how long its steps took; in a resumed epoch, those since then'),
    })
    .describe("An epoch's steps are done."),
  z
    .strictObject({
      event: z.literal('progress'),
      of: z
        .enum(['features', 'statistics', 'validation'])
        .describe(
          'computing what frozen layers give, estimating batch-normalization statistics, or validating',
        ),
      epoch,
      batch: integer.describe('batches done'),
      batches: integer.describe('batches to do'),
    })
    .describe("The work before the first step, or that follows an epoch's steps, or a stop."),
  z
    .strictObject({
      event: z.literal('features'),
      of: z.enum(['training', 'validation']).describe('which images'),
      images: integer.describe('how many'),
      bytes: integer.describe('what their features take in memory'),
      kept: z.boolean().describe('whether they are computed once, before the first step, and kept'),
      why: z
        .enum(['random', 'memory'])
        .nullable()
        .describe(
          'why they are computed each time: images are augmented or mixed, or there is not enough memory; null if they are kept',
        ),
    })
    .describe('The first layers are frozen (--freeze): how their result, the features, is come by.'),
  z
    .strictObject({
      event: z.literal('validation'),
      epoch,
      best: z.boolean().describe('whether it is the best so far: by accuracy, then by loss'),
      ...validation,
      confusion,
      unaveraged: z
        .optional(
          z.strictObject({ loss: loss('without averaging'), accuracy: share.describe('without averaging') }),
        )
        .describe('with --averaging: what the weights have that are not averaged'),
    })
    .describe('The result of the validation after an epoch.'),
  z
    .strictObject({
      event: z.literal('checkpoint'),
      epoch,
      steps,
      path: text.describe("the checkpoint's file"),
    })
    .describe('A checkpoint was saved.'),
  z
    .strictObject({
      event: z.literal('rollback'),
      epoch,
      step: z.int().describe('the step of the epoch at which it was found'),
      learningRate: z.number().describe('of the next step: half of what it was'),
    })
    .describe(
      'The loss was not finite, and the training is back at the start of the epoch (--on-nan rollback).',
    ),
  z
    .strictObject({ event: z.literal('skipped'), ...skippedImage.shape })
    .describe('An image that could be read before cannot be read any more.'),
  z
    .strictObject({
      event: z.literal('rate'),
      step: integer.describe('the step, from 1'),
      learningRate: z.number().describe('that of this step'),
      loss: loss('the mean of its images; null if it is not finite'),
      smoothed: loss('a running mean of the losses; null if it is not finite'),
    })
    .describe('With --find-learning-rate, a step of the search.'),
  z
    .strictObject({
      event: z.literal('foundRate'),
      learningRate: z.number().nullable().describe('the suggestion; null if the loss did not fall'),
      picture: text.describe('the SVG file'),
      numbers: text.describe('the CSV file'),
    })
    .describe('With --find-learning-rate, the last line.'),
  z
    .strictObject({
      event: z.literal('dryRun'),
      steps: integer.describe('the steps that were tried'),
      stepsPerEpoch: integer.describe('steps of an epoch'),
      secondsPerStep: z.number().describe('the mean of all but the first of them'),
      secondsPerEpoch: z
        .number()
        .describe(
          'about what an epoch takes, with statistics and validation, of which an image is taken to cost 0.4 of that in a step',
        ),
      keepsFeatures: z
        .boolean()
        .describe("whether a frozen body's features are kept, so that all but the first epoch take less"),
      peakBytes: integer.describe("the process's largest use of memory so far"),
      checkpointBytes: integer.describe('the size of a checkpoint'),
      keep: integer.describe('how many checkpoints are kept'),
      modelBytes: integer.describe('the size of the model file'),
    })
    .describe('With --dry-run, the last line.'),
  z
    .strictObject({
      event: z.literal('done'),
      completed: z.boolean().describe('whether all epochs were trained; false if it was stopped'),
      epochs: integer.describe('epochs begun'),
      steps,
      loss: loss("the last epoch's mean, as far as it got; null if no step was taken"),
      accuracy: share.nullable().describe("the last epoch's, as far as it got; null if no step was taken"),
      validation: z
        .strictObject(validation)
        .nullable()
        .describe("the model's own validation; null without one, or if the training was stopped before it"),
      best: z
        .strictObject({ epoch, ...validation })
        .nullable()
        .describe('the epoch with the best validation, which --best takes; null without a validation'),
      skipped,
      path: text.nullable().describe('the model file; null if no step was taken'),
      sampleImage: text.exactOptional().describe('with synthetic:signs, an image that it has not seen'),
    })
    .describe('The last line.'),
]);

const perClass = z.strictObject({
  class: text.describe('the name of a class'),
  images: integer.describe('images of this class'),
  correct: integer.describe('how many of them were classified correctly'),
  recall: share.nullable().describe('correct / images; null if there are none'),
  precision: share.nullable().describe('correct / images that were predicted to be of it; null if none was'),
  f1: share
    .nullable()
    .describe('the harmonic mean of both; null for a class that has no image, and was never predicted'),
});

const origin = z.enum(['option', 'file', 'checksum', 'published', 'assumed']);
const preprocessing = z.strictObject({
  mean: z.array(z.number()).readonly().describe('subtracted from levels of 0 to 255, by channel'),
  std: z.array(z.number()).readonly().describe('by which they are divided then'),
  interpolation: z.enum(interpolations).describe('how images are resized'),
  fit: z.enum(fitModes).describe('how an image of another aspect ratio is fitted'),
  cropShare: z.number().describe('the share of the resized image that is kept; 1 for all'),
  channelOrder: z.enum(['rgb', 'bgr']).describe('the order of the channels'),
});
const hubFacts = {
  name: text.describe('the name of the weights'),
  url: text.describe('the address of the file'),
  commit: text.nullable().describe('the commit, of a repository on Hugging Face; null for other sources'),
  checksum: z
    .strictObject({
      kind: z.enum(['sha256', 'md5', 'git']).describe("which; `git` is Git's name of a file"),
      digest: text.describe('its hexadecimal digits, or the first of them, if its source publishes no more'),
    })
    .nullable()
    .describe('what the file was checked against; null if nothing was known'),
};
const fileFacts = {
  file: text.describe('the path of the file of weights'),
  container: z
    .enum(Object.keys(containerNames) as [ContainerName, ...ContainerName[]])
    .describe('its format'),
  configs: z.array(text).readonly().describe('the configurations beside it that were read'),
  hub: z
    .strictObject(hubFacts)
    .nullable()
    .describe('where it is from, if it was asked for by its name on a hub; else null'),
};
const networkFacts = {
  network: text.describe("the network's name"),
  names: z.enum(dialectNames as [DialectName, ...DialectName[]]).describe('whose names the tensors have'),
  inputShape: shape.describe('height, width and channels of an image'),
  classesFrom: origin.describe("where the classes' names are from"),
  preprocessing: preprocessing.describe('how images are prepared'),
  preprocessingFrom: origin.describe('where that is from'),
};
const model = z
  .strictObject({ ...fileFacts, ...networkFacts })
  .describe('the model, and what of it was assumed');

const evaluate = z.strictObject({
  model,
  ...validation,
  skipped,
  part: z
    .strictObject({
      part: z.enum(['all', 'train', 'validation', 'test']).describe('which part'),
      folder: text.describe('its folder'),
      images: integer.describe('how many images it has'),
    })
    .nullable()
    .describe('the part of a split folder that was evaluated; null for other data'),
  leftOut,
  classes: classNames,
  perClass: z.array(perClass).readonly(),
  macroF1: share.describe('the mean F1 of the classes that have one'),
  topAccuracies: z
    .array(share)
    .readonly()
    .describe('the share whose class is among the k most probable, for k = 1, 2, … up to 5 or all classes'),
  calibration: z
    .strictObject({
      error: share.describe('the expected calibration error (ECE)'),
      bins: z
        .array(
          z.strictObject({
            images: integer.describe('how many'),
            accuracy: share.describe('how many of them were right; 0 if there are none'),
            probability: share.describe('the mean probability of what was predicted; 0 if there are none'),
          }),
        )
        .readonly()
        .describe('15 bins of equal width, by the probability of what was predicted'),
    })
    .describe('how well probabilities tell how often they are right'),
  mistakes: text.nullable().describe('the file of --mistakes; null without it'),
  confusion,
});

const writtenAnswers = z
  .strictObject({
    file: text.describe('the file of answers'),
    manifest: text.describe('what it was made of, and its checksum'),
    shard: z
      .strictObject({ index: integer.describe('from 1 on'), count: integer.describe('of how many') })
      .nullable()
      .describe('the part of the images; null for all'),
    images: integer.describe('how many images'),
    answered: integer.describe('those with an answer'),
    failed: integer.describe("those that can't be read"),
    before: integer.describe('those that were answered before this command'),
    seconds: z.number().nullable().describe('how long it took; null if there was nothing to do'),
  })
  .nullable()
  .describe('with --out: what was written; otherwise null');

const predict = z.strictObject({
  model,
  leftOut,
  out: writtenAnswers,
  images: z
    .array(
      z.strictObject({
        file: text.describe("the image's path"),
        error: text.nullable().describe("with --on-error skip: why it can't be read; otherwise null"),
        probabilities: z
          .array(share)
          .readonly()
          .nullable()
          .describe("of all classes, in their order; null for an image that can't be read"),
        predictions: z
          .array(
            z.strictObject({
              class: text.describe('the name of a class'),
              probability: share.describe('its probability'),
            }),
          )
          .readonly()
          .describe('the most probable first, --top of them'),
      }),
    )
    .readonly()
    .describe('without --out'),
});

const embed = z.strictObject({
  model,
  leftOut,
  vectorLength: integer.describe('numbers of a vector'),
  out: writtenAnswers,
});

const merge = z.strictObject({
  file: text.describe('the file that was written'),
  manifest: text.describe('what it was made of, and its checksum'),
  shards: integer.describe('how many shards were joined'),
  images: integer.describe('how many images'),
  answered: integer.describe('those with an answer'),
  failed: integer.describe("those that can't be read"),
});

const tensorsOf = (what: string) => integer.describe(what);
const inspect = z.strictObject({
  ...fileFacts,
  files: integer.describe('how many files it is: model.json of TensorFlow.js has shards beside it'),
  bytes: integer.describe('its size, that of all its files'),
  tensors: z
    .array(
      z.strictObject({
        name: text.describe("a tensor's name"),
        dtype: text.describe('the type of its values, as safetensors calls it'),
        shape: shape.describe('its shape in the file'),
      }),
    )
    .readonly()
    .describe('every tensor that can be read'),
  ...{ ...networkFacts, network: networkFacts.network.nullable().describe('null if none fits') },
  names: networkFacts.names.nullable().describe('whose names the tensors have; null without a network'),
  inputShape: shape.nullable().describe('height, width and channels of an image; null without a network'),
  parameters: parameters.nullable().describe("the network's; null without one"),
  classes: classNames
    .nullable()
    .describe("the classes' names; null if the network ends in features, or none fits"),
  classesFrom: origin.nullable().describe('where these are from'),
  preprocessing: preprocessing.nullable().describe('how images are prepared; null without a network'),
  preprocessingFrom: origin.nullable().describe('where that is from'),
  reason: text.nullable().describe('why no network fits; null if one does'),
  training: z.unknown().describe('how it was trained, in a model file of ResNet.js; else null'),
  checkpoint: z
    .strictObject({
      epoch: integer.describe('the epoch it is in'),
      epochs: integer.describe('the epochs that were planned'),
      finishedEpochs: integer.describe('epochs that are done'),
    })
    .nullable()
    .describe('of a checkpoint of ResNet.js, how far its training is; else null'),
  unused: z
    .array(
      z.strictObject({
        kind: text.describe('`counters`, `optimizer state` or `other`'),
        count: tensorsOf('how many'),
        example: text.nullable().describe('the name of the first; null if the format has none for it'),
      }),
    )
    .readonly()
    .describe("what is in the file beside the network's tensors"),
  metadata: z.record(text, text).describe('what the file says beside its weights, by key'),
});

const onnxValue = z.strictObject({
  name: text.describe('its name'),
  shape: z
    .array(z.union([z.number(), z.string()]))
    .readonly()
    .describe('its sizes; one that is a word is any size'),
});
const convert = z.strictObject({
  ...fileFacts,
  ...networkFacts,
  classes: classNames.nullable().describe("the classes' names; null if the network ends in features"),
  written: z.array(text).readonly().describe('the files that were written, that of the weights first'),
  format: z.enum(writtenFormats).describe('its format'),
  writtenNames: networkFacts.names.describe('whose names the tensors have there'),
  bytes: integer.describe('its size, that of all its files'),
  leftOut: inspect.shape.unused.describe("what of the file's is not written"),
  notSaid: z
    .array(z.enum(['classes', 'preprocessing', 'training']))
    .readonly()
    .describe('what the source says, and the written files cannot'),
  half: z
    .strictObject({
      relative: z.number().describe('the largest relative change of a value that halves have all digits for'),
      infinite: integer.describe('the number of values that became infinite'),
      small: integer.describe('the number of values that are too small for all digits, and changed'),
    })
    .nullable()
    .describe('what halves cost; null without --half'),
  onnx: z
    .strictObject({
      opset: integer.describe("the version of the file's operators"),
      input: onnxValue.describe('what it takes'),
      output: onnxValue.describe('what it gives'),
      folded: integer.describe('how many normalizations were folded into convolutions'),
    })
    .nullable()
    .describe('what an ONNX file is like; null for other formats'),
});

const hubFetch = z.strictObject({
  fetched: z
    .array(
      z.strictObject({
        ...hubFacts,
        path: text.describe('of the file in the cache'),
        bytes: integer.describe('its size'),
        downloaded: z
          .boolean()
          .describe('whether anything was downloaded; false if all of it was in the cache'),
      }),
    )
    .readonly()
    .describe('in the order of the names'),
});

const hubVerify = z.strictObject({
  files: z
    .array(
      z.strictObject({
        name: cachedWeights.name,
        path: text.describe('from the folder of the cache on'),
        isPartial: z.boolean().describe('whether its download was not finished'),
        isRight: z
          .boolean()
          .nullable()
          .describe(
            'whether its bytes are those that were published; null if no checksum was known, or not all are there',
          ),
      }),
    )
    .readonly(),
});

const hubRemove = z.strictObject({
  bytes: integer.describe('what that freed'),
  removed: z.array(z.strictObject(cachedWeights)).readonly(),
});

const pass = z.strictObject({
  ms: z.number().describe('milliseconds'),
  gflops: z.number().nullable().describe('GFLOP/s; null where nothing is multiplied'),
  shareOfPeak: z.number().nullable().describe('gflops / peakGflops'),
});

const profile = z.strictObject({
  network: text.describe("the network's name"),
  inputShape: shape.describe('height, width and channels of an image'),
  batchSize: integer.describe('images per batch'),
  mode: z.enum(['inference', 'training']).describe('what was measured'),
  threads: integer.describe('compute threads'),
  rounds: integer.describe('timed runs; the figures are those of the median one'),
  peakGflops: z.number().describe('GFLOP/s in a product of two 1024×1024 matrices'),
  kinds: z
    .array(
      z.strictObject({
        kind: text.describe('the kind of layer'),
        forward: pass,
        backward: pass,
        share: z.number().describe('of the whole time'),
      }),
    )
    .readonly(),
  unaccounted: z
    .strictObject({
      ms: z.number().describe('milliseconds'),
      share: z.number().describe('of the whole time'),
    })
    .describe('the time between layers'),
  totalMs: z.number().describe('the whole time, in milliseconds'),
});

const bench = z.strictObject({
  backend: text.describe('the backend that was measured'),
  threads: integer.describe('compute threads'),
  details: z.record(text, text).describe('what the backend says about itself, such as its instructions'),
  processor: z.strictObject({
    name: text.describe('as the system names it'),
    instructionSets: z
      .array(text)
      .readonly()
      .nullable()
      .describe('those that decide how fast products are; null where the system does not tell'),
  }),
  node: text.describe("Node's version"),
  system: text.describe('operating system and architecture'),
  workloads: z
    .array(
      z.strictObject({
        network: text.describe("the network's name"),
        task: z.enum(['inference', 'training']).describe('what was measured'),
        size: integer.describe('height and width of the images'),
        batchSize: integer.describe('images per batch'),
        classes: integer.describe('the number of classes'),
        first: z.number().describe('the first run, in milliseconds'),
        rounds: z.array(z.number()).readonly().describe('those after the second'),
        median: z.number().describe('of the rounds'),
      }),
    )
    .readonly(),
});

const backend = {
  threads: integer.describe('compute threads'),
  precision: z.number().describe('bits of a float on the device: 32, or 16'),
  kernels: z.array(text).readonly().describe('the kernels that it adds or replaces'),
  details: z.record(text, text).describe('facts such as the instruction set, the driver or the version'),
};

const backends = z.array(
  z.strictObject({
    name: text.describe('its name for --backend'),
    available: z.boolean().describe('whether it can compute here'),
    reason: text.nullable().describe('why it is not available; null if it is'),
    threads: backend.threads.nullable().describe('compute threads; null if it is not available'),
    precision: backend.precision.exactOptional(),
    kernels: backend.kernels.exactOptional(),
    details: backend.details.exactOptional(),
  }),
);

const step = z
  .enum(['javascript', 'official', 'wheel', 'addon', 'check'])
  .describe(
    "tfjs-node's JavaScript, its own downloads, TensorFlow's Python wheel, building the addon, or checking the result",
  );

const install = z.discriminatedUnion('event', [
  z
    .strictObject({ event: z.literal('step'), step, message: text.describe('what begins, in words') })
    .describe('Something begins.'),
  z
    .strictObject({
      event: z.literal('progress'),
      step,
      bytes: integer.describe('bytes received'),
      of: integer.nullable().describe('of how many; null if that is unknown'),
    })
    .describe('A download goes on.'),
  z
    .strictObject({ event: z.literal('failed'), step, reason: text.describe('why') })
    .describe('A method does not work here; the next one is tried.'),
  z
    .strictObject({
      event: z.literal('done'),
      folder: text.describe("the folder with tfjs-node's package.json"),
      source: text.describe('where TensorFlow came from, in words'),
      tensorflow: text.describe("TensorFlow's version"),
      present: z.boolean().describe('whether it was installed already'),
    })
    .describe('The last line.'),
]) satisfies z.ZodType<InstallEvent>;

const parity = z.strictObject({
  level: z.enum(['quick', 'full']).describe('which cases'),
  date: text.describe('ISO 8601, UTC'),
  command: text.describe('the command that made it'),
  machine: z.record(text, text).describe('facts about the machine, in words'),
  backends: z
    .array(
      z.strictObject({
        name: text.describe("the backend's name"),
        where: text.describe('where it ran'),
        reason: text.nullable().describe('why it could not run, or did not finish; null if it finished'),
        registered: z
          .strictObject({ name: text.describe('its name in TensorFlow.js'), ...backend })
          .nullable()
          .describe('null if it could not run'),
        cases: z
          .array(
            z.strictObject({
              name: text.describe("the case's name"),
              group: text.describe('the kind of case'),
              passed: z.boolean().describe('whether it agrees with float64'),
              failures: z.array(text).readonly().describe('what differs, in words'),
              differsAt: text
                .nullable()
                .describe('the first part that differs on its own; null if none does'),
              worst: z
                .strictObject({
                  what: text.describe('what was compared'),
                  tolerance: z
                    .strictObject({
                      relativeL2: z.number().exactOptional().describe('bound of relativeL2'),
                      absolute: z
                        .union([z.number(), z.array(z.number()).readonly()])
                        .exactOptional()
                        .describe('bound of each |actual − expected|; a list has one per value'),
                      relative: z.number().exactOptional().describe('bound of each, in shares of |expected|'),
                    })
                    .describe('the largest errors that pass'),
                  passed: z.boolean().describe('whether it is within'),
                  message: text.describe('the errors, in words'),
                  maxAbsolute: z.number().nullable().describe('the largest |actual − expected|'),
                  maxRelative: z.number().nullable().describe('the largest |actual − expected| / |expected|'),
                  relativeL2: z.number().nullable().describe('‖actual − expected‖ / ‖expected‖'),
                  cosine: z.number().nullable().describe('of the angle between both'),
                })
                .nullable()
                .describe(
                  'the comparison closest to its tolerance, or furthest beyond it; null if there is none',
                ),
              compared: integer.describe('how many comparisons there were'),
              seconds: z.number().describe('how long it took'),
            }),
          )
          .readonly(),
      }),
    )
    .readonly(),
});
null as unknown as ParityReport satisfies z.input<typeof parity>;

/** What each command prints: one document, or, where `lines` says so, a line for each event. */
export const outputs = {
  networks: { schema: networks, lines: false },
  hub: { schema: hub, lines: false },
  'hub fetch': { schema: hubFetch, lines: false },
  'hub verify': { schema: hubVerify, lines: false },
  'hub rm': { schema: hubRemove, lines: false },
  summary: { schema: summary, lines: false },
  draw: { schema: drawing, lines: false },
  augment: { schema: augment, lines: false },
  train: { schema: train, lines: true },
  evaluate: { schema: evaluate, lines: false },
  predict: { schema: predict, lines: false },
  embed: { schema: embed, lines: false },
  merge: { schema: merge, lines: false },
  inspect: { schema: inspect, lines: false },
  convert: { schema: convert, lines: false },
  profile: { schema: profile, lines: false },
  bench: { schema: bench, lines: false },
  backends: { schema: backends, lines: false },
  'backends install': { schema: install, lines: true },
  parity: { schema: parity, lines: false },
} as const;

export type OutputName = keyof typeof outputs;
export type Output<Name extends OutputName> = z.input<(typeof outputs)[Name]['schema']>;

/** Wrong usage, the codes of a ResNetError, those of a BackendError, and a defect. */
export const failureCodes = [
  'wrong-usage',
  'bad-option',
  'unknown-name',
  'bad-file',
  'bad-data',
  'file-system',
  'not-finite',
  'shape-mismatch',
  'missing-variable',
  'missing-backend',
  'unavailable',
  'start-failed',
  'bad-arguments',
  'out-of-memory',
  'thread-failed',
  'device-lost',
  'unexpected',
] as const;
export type FailureCode = (typeof failureCodes)[number];
null as unknown as ErrorCode | BackendErrorCode satisfies FailureCode;

/** What every command prints last if it fails. */
export const failure = z.strictObject({
  error: z.strictObject({
    code: z.enum(failureCodes).describe('why it failed'),
    message: text.describe('what happened and what to do, in words'),
  }),
});
export type Failure = z.input<typeof failure>;
