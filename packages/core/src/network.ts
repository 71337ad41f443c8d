// Networks as data, and the passes over them that need no tensors. This entry doesn't load TensorFlow.js.
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
export { type ErrorCode, ResNetError } from './errors.js';
export { countParameters, multiplyAdds, type ParameterCount, nodeMultiplyAdds } from './inspect/cost.js';
export {
  formatSummary,
  type LayerSummary,
  type SummarizeOptions,
  type Summary,
  summarize,
} from './inspect/summary.js';
export { kerasInputs, kerasOrder, orderByDepth } from './inspect/keras-order.js';
export { findNode, type NodeReference } from './network/find-node.js';
export { type Initializer, initializers } from './network/initializer.js';
export { mapOperations, type RewriteOperations } from './network/map-operations.js';
export { type DialectName, dialectNames, dialectOf } from './network/dialects.js';
export { kerasVariableNames } from './network/dialects/keras.js';
export { blockName, layerNames, parameterName, stageName } from './network/names.js';
export {
  isWeighted,
  type OperationKind,
  type OperationWithParameters,
  operationsWithParameters,
} from './network/operations.js';
export { type Parameter, parameterNames, parameters } from './network/parameters.js';
export { type Role, type WeightRole, weightRoles } from './network/role.js';
export { outputShape, shapes } from './network/shape.js';
export { type ParameterId, parameterId, type Site, siteName } from './network/site.js';
export type {
  Act,
  Activation,
  Conv,
  Dense,
  Dropout,
  Flatten,
  Gate,
  GlobalPool,
  Margins,
  Network,
  Norm,
  Op,
  Pad,
  Padding,
  Pool,
  Residual,
  Shape,
  Size,
  Subsample,
} from './network/types.js';
export { type NetworkNode, walk } from './network/walk.js';
export {
  checkNetworkName,
  createNetwork,
  type NetworkEntry,
  networkEntries,
  networkFamilies,
  type NetworkFamily,
  type NetworkName,
  type NetworkOption,
  networks,
  renamedNetworks,
  type VariationOptions,
} from './networks/catalogue.js';
export {
  type CourseInitialization,
  type CourseResNet50Options,
  courseInitializations,
  courseResNet50,
} from './networks/course.js';
export {
  type CommonNetworkOptions,
  type NetworkDefaults,
  type OutputStride,
  type OutputStrideOptions,
  outputStrides,
} from './networks/options.js';
export { withStochasticDepth, withZeroInitResidual } from './networks/block-starts.js';
export { type CifarOptions, type ShortcutOption, shortcutOptions } from './networks/cifar.js';
export { type SplitNetwork, type SplitPlace, splitNetwork } from './networks/split-network.js';
export { truncate } from './networks/truncate.js';
export { adaptKernel, withChannels } from './networks/with-channels.js';
export { type HeadOptions, withHead } from './networks/with-head.js';
export { type StageFeatures, stageFeatures } from './inspect/stage-features.js';
export { type PreactResNetOptions, preactResNet } from './networks/preact.js';
export { RandomGenerator, type RandomGeneratorState } from './random/random-generator.js';
