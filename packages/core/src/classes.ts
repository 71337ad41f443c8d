// The classes of published data sets, and their names for probabilities. This entry doesn't load TensorFlow.js.
export { cifar10Classes, cifar100Classes } from './classes/cifar.js';
export {
  type DecodePredictionsOptions,
  decodePredictions,
  type ImageNetPrediction,
} from './classes/decode-predictions.js';
export { imageNetClasses, imageNetIds } from './classes/imagenet.js';
