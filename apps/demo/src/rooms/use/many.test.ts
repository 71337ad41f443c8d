import { expect, it } from 'vitest';
import { asCsv } from './many.js';

it('writes a table with the columns of the command line, and quotes what has to be', () => {
  const file = new File([], 'x');
  const rows = [
    {
      ...{ path: 'a "b", c.png', file, problem: null },
      top: [
        { name: 'cat', probability: 0.75 },
        { name: 'dog, large', probability: 0.25 },
      ],
    },
    { path: 'broken.jpg', file, top: [], problem: 'It is broken.' },
  ];
  expect(asCsv(rows)).toBe(
    [
      'image,class,probability,class_2,probability_2,class_3,probability_3,error',
      '"a ""b"", c.png",cat,0.75,"dog, large",0.25,,,',
      'broken.jpg,,,,,,,It is broken.',
      '',
    ].join('\n'),
  );
});
