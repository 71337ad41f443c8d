import { defaultFitting, fitModes, interpolations } from '@resnetjs/core/images';
import { Command, Option } from 'commander';
import { backendOption } from '../options/backend-option.js';
import type { TrainCommandOptions } from '../options/command-options.js';
import { addFreezeOptions } from '../options/freeze-options.js';
import { addNotes, headings } from '../options/help.js';
import {
  addNetworkOptions,
  addTrainedNetworkOptions,
  defaultsByNetwork,
} from '../options/network-options.js';
import { normalizations } from '../options/normalization.js';
import { onErrorOption } from '../options/on-error-option.js';
import { imageSize } from '../options/image-size.js';
import { byteCount, extraSignal, fractionOrNone, given, integer, numberAmong } from '../options/parsers.js';
import { addRecipeOptions } from '../options/recipe-options.js';
import { requireOptions } from '../options/require-options.js';
import { instructionsOption } from '../options/instructions-option.js';
import { threadsOption } from '../options/threads-option.js';
import { offlineWords } from '../options/weights-options.js';

export function trainCommand(): Command {
  const command = new Command('train').description(
    'Train a network on images and write the model to a folder. With --data alone, what to train and how is chosen by the images, and said.',
  );
  addDataOptions(command);
  addSubjectOptions(command);
  addFreezeOptions(command);
  addRecipeOptions(command);
  addRunOptions(command);
  command
    .optionsGroup(headings.device)
    .addOption(backendOption())
    .addOption(threadsOption())
    .addOption(instructionsOption());
  addImageOptions(command);
  addNetworkOptions(command);
  addTrainedNetworkOptions(command);
  command
    .optionsGroup(headings.general)
    .option('--json', 'print every event as a line of JSON; the last event is done');
  return addNotes(command, {
    notes: [
      'Ctrl-C finishes the current step, saves a checkpoint, computes the batch-normalization statistics, writes the model as it is, and exits with 130. A second Ctrl-C quits at once. SIGTERM (143) and a closed terminal (SIGHUP, 129) stop a training alike.',
      '--resume continues as if there had been no pause. It accepts a higher --epochs, --data and --validation for images that have moved, and another --threads, --keep, --checkpoint-every, --cache or --on-error.',
      'The folder of a run has model.safetensors, checkpoints, recipe.json, which --recipe takes back, and log.csv, with a row for each epoch.',
      "model.safetensors is the last epoch's model, which evaluate and predict take from a run folder. With validation, the best epoch's is checkpoints/best.safetensors; --best takes it. Best is by accuracy, then by loss.",
    ],
    examples: [
      'resnet train --data flowers/',
      'resnet train --data flowers/ --dry-run',
      'resnet train --network course/resnet50 --data train_signs.h5 --validation test_signs.h5 --epochs 20 --learning-rate 1.5e-4 --out runs/signs',
      'resnet train --network preact/resnet --data flowers/ --validation-split 0.2 --image-size 32 --epochs 5 --out runs/flowers',
      'resnet train --network cifar/resnet20 --data cifar10/ --optimizer sgd --learning-rate 0.1 --schedule cosine --epochs 30 --out runs/cifar',
      'resnet train --from torchvision:resnet50 --data flowers/ --validation-split 0.2 --learning-rate 1e-4 --out runs/flowers50',
      'resnet train --from torchvision:resnet18 --freeze body --data flowers/ --validation-split 0.2 --out runs/head',
      'resnet train --resume runs/signs',
    ],
  }).action(async (options: TrainCommandOptions) => {
    if (options.resume === undefined) requireOptions(command, ['data']);
    const { train, resume } = await import('../actions/train.js');
    if (options.resume !== undefined) await resume(options.resume, command);
    else await train(options, command);
  });
}

/** Which images. */
function addDataOptions(command: Command): void {
  command
    .optionsGroup(headings.data)
    .option(
      '--data <source>',
      'training images: synthetic:signs, a SIGNS file (.h5), or a folder with one subfolder per class, or with these in train and val or test',
    )
    .option(
      '--validation <source>',
      'validation images, evaluated after each epoch (default: none; half of the 600 test images with synthetic:signs)',
    )
    .option(
      '--validation-split <fraction>',
      'fraction of --data to use for validation, such as 0.2, at random in each class (default: 0; 0.2 without --network, --from and --recipe)',
      fractionOrNone,
    )
    .option(
      '--image-size <pixels>',
      `size to resize images to, such as 64, or height x width, 48x64 (default: a SIGNS file's own; otherwise the network's, ${defaultsByNetwork(({ input }) => String(input[0]))})`,
      imageSize(),
    );
}

/** How images are read. */
function addImageOptions(command: Command): void {
  command
    .optionsGroup(headings.images)
    .option(
      '--channels <count>',
      '3 for images in RGB, 1 for gray ones, into which RGB is turned, by the model, too; with --from, the first kernels are adapted (default: 3, or what --from has)',
      numberAmong([1, 3]),
    )
    .addOption(
      new Option(
        '--interpolation <name>',
        `how images are resized, in training and by the model (default: "${defaultFitting.interpolation}")`,
      ).choices(interpolations),
    )
    .addOption(
      new Option(
        '--fit <name>',
        `images of another aspect ratio: stretch them to fill, or crop their center (default: "${defaultFitting.fit}")`,
      ).choices(fitModes),
    )
    .addOption(
      new Option(
        '--normalization <name>',
        'how levels become the network\'s input: from 0 to 1, or by ImageNet\'s mean and std (default: "unit-range", or what --from has)',
      ).choices(normalizations),
    )
    .addOption(onErrorOption())
    .option(
      '--cache <size>',
      'memory for decoded images, such as 2GB; those that find no room are read again in each epoch (default: 512MB)',
      byteCount,
    )
    .option(
      '--images <count>',
      'synthetic:signs: number of training images (default: 3000)',
      integer(2, 10_000_000),
    );
}

/** What is trained, and from where. */
function addSubjectOptions(command: Command): void {
  command
    .optionsGroup(headings.subject)
    .option(
      '--network <name>',
      'network, such as cifar/resnet20 or resnet50 (see resnet networks; default: one that suits the images, with a recipe)',
      given,
    )
    .option(
      '--from <path>',
      "start from the weights in this file or folder, of ResNet.js, PyTorch, timm, transformers, Keras, TensorFlow.js or ONNX, or from published ones by name (see resnet hub): its network, image size and preprocessing; with other classes than the images', its dense layer is replaced",
      given,
    )
    .option('--offline', offlineWords)
    .option(
      '--recipe <path>',
      'train as another training did: its recipe.json, or its folder; options given besides change it',
      given,
    );
}

/** Where the training is kept. */
function addRunOptions(command: Command): void {
  command
    .optionsGroup(headings.run)
    .option(
      '--out <path>',
      'folder for model.safetensors and checkpoints; a finished run there is replaced (default: runs/ and the name of the data, with a number if there is one)',
      given,
    )
    .option('--resume <path>', 'resume the training in this folder, with the options it began with')
    .option(
      '--dry-run',
      'say what the training would take, by its first three steps: time, memory and disk; write nothing',
    )
    .option(
      '--find-learning-rate',
      'instead of training, take up to 100 steps with a growing learning rate, suggest one, and write learning-rate.svg and .csv',
    )
    .option(
      '--checkpoint-every <steps>',
      'save a checkpoint every so many steps, in addition to the end of each epoch and Ctrl-C (default: every 5 minutes)',
      integer(1),
    )
    .option('--keep <count>', 'number of newest checkpoints to keep', integer(1, 1000), 2)
    .option(
      '--stop-on <signal>',
      'another signal that stops the training as Ctrl-C does: USR1 or USR2, which batch systems send before they kill (Slurm: --signal=USR1@60)',
      extraSignal,
    )
    .option(
      '--ignore-hangup',
      'train on when the terminal closes or the connection drops; nohup alone does not do it',
    );
}
