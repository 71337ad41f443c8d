/** Test-time augmentation: 'flip' classifies an image and its mirror image, left and right exchanged. */
export const testTimeAugmentations = ['flip'] as const;

/** One of `testTimeAugmentations`. */
export type TestTimeAugmentation = (typeof testTimeAugmentations)[number];
