/** A byte address in the Wasm heap. */
export type Address = number;

/** The functions of assembly/index.ts that only one thread calls; their arguments are documented there. */
export interface Microkernels {
  fillOffsets(table: Address, n0: number, s0: number, n1: number, s1: number, n2: number, s2: number): void;
  multiplyScratchBytes(rows: number, columns: number, depth: number): number;
  packRightItems(columns: number, depth: number): number;
  packRightBytes(columns: number, depth: number): number;
  prepareFilterItems(out: number): number;
  prepareFilterScratchBytes(): number;
  winogradScratchBytes(tiles: number, into: number, out: number): number;
  winogradGradientScratchBytes(tiles: number, into: number, partOut: number): number;
  winogradSumsBytes(into: number, out: number): number;
  runsOf(rows: number): number;
  addRuns(one: Address, other: Address, runs: Address, count: number, channels: number): void;
  shiftFrom(shift: Address, total: Address, count: number, channels: number): void;
  momentsFrom(
    mean: Address,
    variance: Address,
    total: Address,
    square: Address,
    shift: Address,
    rows: number,
    channels: number,
  ): number;
  meanIsFar(mean: Address, variance: Address, channels: number, epsilon: number): number;
  coefficients(
    a: Address,
    b: Address,
    residual: Address,
    scale: Address,
    offset: Address,
    variance: Address,
    rows: number,
    channels: number,
    epsilon: number,
    far: boolean,
  ): void;
  gradientCoefficients(
    dScale: Address,
    dOffset: Address,
    slope: Address,
    level: Address,
    total: Address,
    product: Address,
    residual: Address,
    scale: Address,
    variance: Address,
    rows: number,
    channels: number,
    epsilon: number,
  ): void;
  roundSums(to: Address, from: Address, count: number): void;
  sortBySegment(order: Address, starts: Address, ids: Address, rows: number, segments: number): void;
}

/** The sizes of a correlation's outputs and of its filter. */
export type CorrelationSizes = [
  rows: number,
  columns: number,
  bandRows: number,
  filterHeight: number,
  filterWidth: number,
  strideHeight: number,
  strideWidth: number,
  dilationHeight: number,
  dilationWidth: number,
  top: number,
  left: number,
];

/** The sizes of a depthwise convolution. */
export type DepthwiseSizes = [
  height: number,
  width: number,
  channels: number,
  multiplier: number,
  outHeight: number,
  outWidth: number,
  filterHeight: number,
  filterWidth: number,
  strideHeight: number,
  strideWidth: number,
  dilationHeight: number,
  dilationWidth: number,
  top: number,
  left: number,
];

/** The sizes of a dilation of images. */
export type DilationSizes = [
  height: number,
  width: number,
  channels: number,
  outHeight: number,
  outWidth: number,
  filterHeight: number,
  filterWidth: number,
  strideHeight: number,
  strideWidth: number,
  dilationHeight: number,
  dilationWidth: number,
  top: number,
  left: number,
];

/** The sizes of a pooling of volumes. */
export type VolumePoolingSizes = [
  depth: number,
  height: number,
  width: number,
  channels: number,
  outDepth: number,
  outHeight: number,
  outWidth: number,
  windowDepth: number,
  windowHeight: number,
  windowWidth: number,
  strideDepth: number,
  strideHeight: number,
  strideWidth: number,
  front: number,
  top: number,
  left: number,
];

/** Arguments of the functions that threads share, without the range of items and the scratch at the end. */
export interface SharedArguments {
  /** Items are the rows of all padded images. */
  padImages: [
    to: Address,
    from: Address,
    height: number,
    width: number,
    channels: number,
    top: number,
    left: number,
    paddedHeight: number,
    paddedWidth: number,
    step: number,
  ];
  /** Items are floats. */
  zero: [to: Address];
  /** Items are pieces of the packed matrices. */
  packRight: [
    packed: Address,
    right: Address,
    rightDepths: Address,
    rightColumns: Address,
    depth: number,
    columns: number,
    rightStep: number,
  ];
  /** Items are parts of the products. */
  multiply: [
    left: Address,
    leftRows: Address,
    leftDepths: Address,
    right: Address,
    rightDepths: Address,
    rightColumns: Address,
    packed: Address,
    target: Address,
    targetRows: Address,
    depth: number,
    finish: boolean,
    bias: Address,
    addend: Address,
    lowest: number,
    highest: number,
    rows: number,
    columns: number,
    partRows: number,
    partColumns: number,
    leftStep: number,
    rightStep: number,
    targetStep: number,
  ];
  /** Items are panels of output channels. */
  prepareFilter: [packed: Address, filter: Address, into: number, out: number, turned: boolean];
  /** Items are chunks of tiles, for each part of the output channels. */
  winogradGradient: [
    sums: Address,
    images: Address,
    dy: Address,
    inputTiles: Address,
    gradientTiles: Address,
    sumRows: Address,
    adjacent: Address,
    count: number,
    height: number,
    width: number,
    into: number,
    rows: number,
    columns: number,
    out: number,
    top: number,
    left: number,
    chunk: number,
    tiles: number,
    partOut: number,
  ];
  /** Items are input channels. */
  winogradFilter: [to: Address, sums: Address, chunks: number, into: number, out: number];
  /** Items are bands of tiles, for each part of the output channels. */
  winograd: [
    target: Address,
    images: Address,
    packed: Address,
    leftRows: Address,
    leftDepths: Address,
    targetRows: Address,
    count: number,
    height: number,
    width: number,
    into: number,
    rows: number,
    columns: number,
    out: number,
    top: number,
    left: number,
    tiles: number,
    partOut: number,
    bias: Address,
    addend: Address,
    lowest: number,
    highest: number,
  ];
  /** Items are groups. */
  packGroups: [
    packed: Address,
    right: Address,
    rightDepths: Address,
    rightColumns: Address,
    depth: number,
    columns: number,
    rightStep: number,
  ];
  /** Items are bands of rows of images, for each block of groups. */
  correlateGroups: [
    target: Address,
    images: Address,
    filters: Address,
    offsets: Address,
    targetOffsets: Address,
    height: number,
    width: number,
    groups: number,
    into: number,
    out: number,
    blockGroups: number,
    ...sizes: CorrelationSizes,
    targetImage: number,
    targetRow: number,
    bias: Address,
    lowest: number,
    highest: number,
  ];
  /** Items are blocks of groups. */
  groupFilterGradients: [
    dFilter: Address,
    x: Address,
    dy: Address,
    batch: number,
    height: number,
    width: number,
    groups: number,
    into: number,
    out: number,
    blockGroups: number,
    ...sizes: CorrelationSizes,
  ];
  /** Items are runs of rows. */
  sumRuns: [runs: Address, x: Address, step: number, rows: number, channels: number, shift: Address];
  gradientRuns: [
    runs: Address,
    dy: Address,
    x: Address,
    rows: number,
    channels: number,
    mean: Address,
    a: Address,
    b: Address,
    relu: boolean,
  ];
  /** Items are rows. */
  normalizeRows: [
    y: Address,
    x: Address,
    mean: Address,
    a: Address,
    b: Address,
    channels: number,
    relu: boolean,
  ];
  gradientRows: [
    dx: Address,
    dy: Address,
    x: Address,
    mean: Address,
    a: Address,
    b: Address,
    slope: Address,
    level: Address,
    channels: number,
    relu: boolean,
  ];
  /** Items are images. */
  maxPoolGradient: [
    dx: Address,
    dy: Address,
    x: Address,
    y: Address,
    height: number,
    width: number,
    channels: number,
    outHeight: number,
    outWidth: number,
    windowHeight: number,
    windowWidth: number,
    strideHeight: number,
    strideWidth: number,
    top: number,
    left: number,
  ];
  averagePoolGradient: [
    dx: Address,
    dy: Address,
    scale: number,
    height: number,
    width: number,
    channels: number,
    outHeight: number,
    outWidth: number,
    windowHeight: number,
    windowWidth: number,
    strideHeight: number,
    strideWidth: number,
    top: number,
    left: number,
  ];
  /** Items are blocks of columns of images. */
  sumRows: [to: Address, x: Address, rows: number, columns: number, scale: number];
  /** Items are those of the outermost axis. */
  copyBlocks: [
    to: Address,
    from: Address,
    s0: number,
    n1: number,
    s1: number,
    n2: number,
    s2: number,
    n3: number,
    s3: number,
    block: number,
  ];
  /** Items are rows of y. */
  maxPool3d: [y: Address, x: Address, ...sizes: VolumePoolingSizes];
  /** Items are images. */
  maxPool3dGradient: [dx: Address, dy: Address, x: Address, y: Address, ...sizes: VolumePoolingSizes];
  /** Items are rows of dx. */
  depthwiseInputGradient: [dx: Address, dy: Address, filter: Address, ...sizes: DepthwiseSizes];
  /** Items are runs of rows. */
  depthwiseFilterRuns: [
    runs: Address,
    x: Address,
    dy: Address,
    rows: number,
    runRows: number,
    ...sizes: DepthwiseSizes,
  ];
  /** Items are floats. */
  addRunsOf: [to: Address, runs: Address, count: number, size: number];
  /** Items are images. */
  dilate: [
    y: Address,
    dx: Address,
    dFilter: Address,
    x: Address,
    filter: Address,
    dy: Address,
    ...sizes: DilationSizes,
  ];
  /** Items are parts of segments. */
  sumSegments: [
    y: Address,
    x: Address,
    order: Address,
    starts: Address,
    columns: number,
    partColumns: number,
  ];
  /** Items are floats. */
  add: [to: Address, a: Address, b: Address];
  addRelu: [to: Address, a: Address, b: Address];
  relu: [to: Address, x: Address];
  reluGradient: [to: Address, dy: Address, y: Address];
  adamUpdate: [
    toVariable: Address,
    toFirst: Address,
    toSecond: Address,
    variable: Address,
    gradient: Address,
    firstMoment: Address,
    secondMoment: Address,
    stepSize: number,
    share1: number,
    share2: number,
    epsilon: number,
    decay: number,
  ];
}

export type SharedKernel = keyof SharedArguments;

export const sharedKernels = [
  'padImages',
  'zero',
  'packRight',
  'multiply',
  'prepareFilter',
  'winograd',
  'winogradGradient',
  'winogradFilter',
  'packGroups',
  'correlateGroups',
  'groupFilterGradients',
  'sumRuns',
  'gradientRuns',
  'normalizeRows',
  'gradientRows',
  'maxPoolGradient',
  'averagePoolGradient',
  'sumRows',
  'copyBlocks',
  'maxPool3d',
  'maxPool3dGradient',
  'depthwiseInputGradient',
  'depthwiseFilterRuns',
  'addRunsOf',
  'dilate',
  'sumSegments',
  'add',
  'addRelu',
  'relu',
  'reluGradient',
  'adamUpdate',
] as const satisfies readonly SharedKernel[];

/** All microkernels as one thread calls them: arguments, the range of items [first, last), scratch. */
export type Exports = Microkernels & {
  [Name in SharedKernel]: (
    ...args: [...SharedArguments[Name], first: number, last: number, scratch?: Address]
  ) => void;
};
