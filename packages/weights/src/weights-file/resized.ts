import { type Network, outputShape, parameters, ResNetError } from '@resnetjs/core';

/** A network for images of another size. Throws `bad-option` if its parameters depend on it. */
export function resized(network: Network, [height, width]: Network['input']): Network {
  const sized = { ...network, input: [height, width, network.input[2]] as const };
  const shapesOf = (each: Network) => String(parameters(each).map(({ shape }) => `[${shape}]`));
  outputShape(sized); // throws if the images are too small
  if (shapesOf(sized) === shapesOf(network)) return sized;
  throw new ResNetError(
    'bad-option',
    `The file's ${network.name} is for images of ${network.input[0]}×${network.input[1]}: its dense layer takes no features of others.`,
    { network: network.name },
  );
}
