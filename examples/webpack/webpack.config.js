export default {
  entry: './main.js',
  devServer: {
    static: '.',
    // A page gets threads only if it is cross-origin isolated: send these headers in production, too.
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
};
