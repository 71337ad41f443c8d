/** Each color in the light and in the dark theme. Fills are pale and outlines strong, so that text on fills is readable. */
export const palette = {
  surface: ['#ffffff', '#14181f'],
  stage: ['#f5f6f8', '#1b2029'],
  block: ['#ffffff', '#222833'],
  frame: ['#d5dae1', '#39414e'],
  ink: ['#1a2230', '#e8ecf2'],
  muted: ['#566073', '#a3adbb'],
  wire: ['#6b7586', '#8d98a8'],
  identity: ['#d1421b', '#ff8a63'],
  projection: ['#a3278f', '#ee8bdc'],
  subsampled: ['#00788a', '#4cc9dc'],
  input: ['#e9ecf0', '#2c3440'],
  'input-line': ['#8a94a4', '#77828f'],
  conv: ['#cfe1fb', '#1d3a66'],
  'conv-line': ['#2f6bc9', '#79aef7'],
  norm: ['#e6defa', '#382c5f'],
  'norm-line': ['#7b5cc4', '#b29cf0'],
  act: ['#fcecb5', '#4a3d0f'],
  'act-line': ['#a67c00', '#e0bd4d'],
  pool: ['#cdeedd', '#15432f'],
  'pool-line': ['#1e8a5a', '#63cf9e'],
  dense: ['#fbd7e3', '#57203a'],
  'dense-line': ['#bf3a70', '#f48db3'],
} as const satisfies Record<string, readonly [light: string, dark: string]>;

export type Color = keyof typeof palette;
