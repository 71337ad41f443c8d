export default {
  entry: './main.js',
  output: { publicPath: '/dist/' },
  devServer: {
    static: '.',
    // A page gets threads only if it is cross-origin isolated.
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
};
