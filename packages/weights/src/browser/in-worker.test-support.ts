import { fetchWeights } from './fetch-weights.js';

const scope = globalThis as unknown as {
  onmessage: (event: { readonly data: { readonly name: string; readonly endpoint: string } }) => void;
  postMessage(bytes: number): void;
};

scope.onmessage = ({ data: { name, endpoint } }) =>
  void fetchWeights(name, { endpoint, onProgress: ({ bytes }) => scope.postMessage(bytes) });
