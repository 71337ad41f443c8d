/** Image files, datasets and models on disk: `@resnetjs/data/node` and `@resnetjs/weights/node`. */
export * from '@resnetjs/data/node';
export * from '@resnetjs/weights/node';
