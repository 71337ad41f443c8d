/** Image files in a browser: `@resnetjs/data/browser`. */
export * from '@resnetjs/data/browser';
