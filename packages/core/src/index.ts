export {
  type Classifier,
  type CreateClassifierOptions,
  createClassifier,
} from './classify/classifier.js';
export {
  adaptPreprocessing,
  type ChannelOrder,
  channelOrders,
  checkPreprocessing,
  type Preprocessing,
  unitRange,
} from './classify/preprocessing.js';
export { preprocessings } from './classify/preprocessings.js';
export { createPredictor, type PredictOptions, type Predictor, predict } from './classify/predict.js';
export type { EmbeddingPlace } from './classify/embedding.js';
export {
  type EmbedAllOptions,
  type EmbeddedImage,
  embedAll,
  type ManyImagesOptions,
  type PredictAllOptions,
  type PredictedImage,
  predictAll,
} from './classify/predict-all.js';
export { inferLogits } from './classify/infer-logits.js';
export { preprocess } from './classify/preprocess.js';
export { type KerasMode, type Levels, preprocessInput } from './classify/preprocess-input.js';
export { type ClassProbability, topClasses } from './classes/top-classes.js';
export type { Moments } from './compute/vjp.js';
export {
  type DifferentiateOptions,
  differentiate,
  disposeTrainingPass,
  forwardTraining,
  type Gradients,
  type TrainingPass,
  type TrainingPassOptions,
} from './compute/differentiate.js';
export { type RandomSource, sampleInitialValues, statefulSource, statelessSource } from './compute/sample.js';
export { disposeFeatureMaps, type FeatureMaps, featureMaps } from './compute/feature-maps.js';
export { type ForwardOptions, forward } from './compute/forward.js';
export { type ActivationGradient, activationGradient } from './compute/activation-gradient.js';
export type { Direction, Observer } from './compute/observe.js';
export { optionalKernel } from './compute/optional-kernel.js';
export type { Instruction } from './compute/plan.js';
export {
  disposeTensors,
  disposeVariables,
  type InitializeOptions,
  initialize,
  createVariables,
  type TensorMap,
  type Variables,
} from './compute/variables.js';
export { type GradCamOptions, gradCam } from './explain/grad-cam.js';
export { gradientNorms, layerDepths, type LayerGradientNorm } from './explain/gradient-norms.js';
export { foldBatchNorm, type FoldOptions, type Model } from './rewrite/fold.js';
export { plainNetwork } from './rewrite/plain.js';
export * from './images.js';
export * from './network.js';
