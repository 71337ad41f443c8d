export { asNetwork } from './blocks/as-network.js';
export {
  type BasicBlockOptions,
  type BottleneckBlockOptions,
  basicBlock,
  bottleneckBlock,
  convolutionalBlock,
  identityBlock,
  type ResidualBlockOptions,
  type Shortcut,
} from './blocks/residual.js';
export type { BlockOptions } from './blocks/layers.js';
export { type PreActivationBlockOptions, preActivationBlock } from './blocks/pre-activation.js';
export {
  type Classifier,
  type CreateClassifierOptions,
  createClassifier,
  type FitMode,
  type Fitting,
  fitModes,
  type Preprocessing,
  type Interpolation,
  interpolations,
  unitRange,
  defaultFitting,
} from './classifier.js';
export type { Moments } from './compute/vjp.js';
export {
  differentiate,
  disposeTrainingPass,
  forwardTraining,
  type Gradients,
  type TrainingPass,
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
export { type ErrorCode, ResNetError } from './errors.js';
export { type GradCamOptions, gradCam } from './explain/grad-cam.js';
export { gradientNorms, layerDepths, type LayerGradientNorm } from './explain/gradient-norms.js';
export { countParameters, multiplyAdds, type ParameterCount, nodeMultiplyAdds } from './inspect/cost.js';
export {
  formatSummary,
  type LayerSummary,
  type SummarizeOptions,
  type Summary,
  summarize,
} from './inspect/summary.js';
export { findNode, type NodeReference } from './network/find-node.js';
export { type Initializer, initializers } from './network/initializer.js';
export { mapOperations, type RewriteOperations } from './network/map-operations.js';
export type { DialectName } from './network/dialects.js';
export { layerNames, parameterName } from './network/names.js';
export { type Parameter, parameterNames, parameters } from './network/parameters.js';
export type { Role } from './network/role.js';
export { outputShape, shapes } from './network/shape.js';
export { type ParameterId, parameterId, type Site, siteName } from './network/site.js';
export type {
  Act,
  Activation,
  Conv,
  Dense,
  Flatten,
  Network,
  Norm,
  Op,
  Pad,
  Padding,
  Pool,
  Residual,
  Shape,
  Size,
} from './network/types.js';
export { type NetworkNode, walk } from './network/walk.js';
export {
  type CommonNetworkOptions,
  checkNetworkName,
  createNetwork,
  type NetworkName,
  networks,
  renamedNetworks,
} from './networks/catalogue.js';
export { type CourseResNet50Options, courseResNet50 } from './networks/course.js';
export { type PreactResNetOptions, preactResNet } from './networks/preact.js';
export { RandomGenerator, type RandomGeneratorState } from './random/random-generator.js';
export { foldBatchNorm, type Model } from './rewrite/fold.js';
export { plainNetwork } from './rewrite/plain.js';
