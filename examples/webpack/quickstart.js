import {
  adam,
  createClassifier,
  createNetwork,
  decodeClassifier,
  encodeClassifier,
  predict,
  register,
  syntheticSigns,
  train,
} from 'resnetjs';

/** Builds a network, trains it for three steps, saves it, loads it, and classifies an image. */
export async function quickstart(print) {
  const { details } = await register(); // the WebAssembly backend
  print(`threads: ${details.threads}`);

  const images = syntheticSigns({ size: 16, count: 48 }); // generated hand signs
  const network = createNetwork('preact/resnet', { input: [16, 16, 3], classes: 6, blocks: 1 });
  const classifier = createClassifier(network, { classes: images.classes, seed: 0 });

  for await (const event of train(classifier, images, { epochs: 1, batchSize: 16, optimizer: adam() })) {
    if (event.event === 'step') print(`step ${event.step}: loss ${event.loss.toFixed(3)}`);
  }

  const file = await encodeClassifier(classifier); // a Uint8Array: one model.safetensors
  print(`saved: ${file.length} bytes`);

  const loaded = await decodeClassifier(file);
  const [probabilities] = await predict(loaded, await images.read([0]));
  const best = Math.max(...probabilities);
  print(
    `predicted: ${loaded.classes[probabilities.indexOf(best)]}, with a probability of ${best.toFixed(2)}`,
  );
}
