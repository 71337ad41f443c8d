import { type ParityCase, parityCases } from '@resnetjs/parity';

/** Networks of many layers, whose kinds of block are compared one by one, and a training of one: half a minute each in software rendering. */
const long = /^(network: )?(course\/resnet50|resnext50_32x4d|seresnet50), /;

const isLong = ({ name }: ParityCase) => long.test(name);

/** The quick level's cases that take long here. */
export const longCases = parityCases('quick').filter(isLong);
/** Its other cases. */
export const shortCases = parityCases('quick').filter((each) => !isLong(each));
