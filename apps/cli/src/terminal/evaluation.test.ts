import { describe, expect, it } from 'vitest';
import { formatConfusion, formatEvaluation, perClass } from './evaluation.js';

const classes = ['daisy', 'rose', 'tulip'];
const confusion = [
  [8, 2, 0],
  [1, 9, 0],
  [3, 0, 0],
];

const details = { topAccuracies: [0.7391, 0.9], calibration: { error: 0.0345, bins: [] } };

describe('an evaluation', () => {
  it('counts by class', () => {
    expect(perClass(classes, confusion)).toEqual([
      { class: 'daisy', images: 10, correct: 8, recall: 0.8, precision: 8 / 12, f1: 16 / 22 },
      { class: 'rose', images: 10, correct: 9, recall: 0.9, precision: 9 / 11, f1: 18 / 21 },
      { class: 'tulip', images: 3, correct: 0, recall: 0, precision: null, f1: 0 },
    ]);
  });

  it('is readable at 80 columns', () => {
    const text = formatEvaluation(
      classes,
      { loss: 0.5, accuracy: 17 / 23, images: 23, confusion, ...details },
      { columns: 80 },
    );
    expect(`\n${text}`).toBe(`
accuracy  73.9%  (17 of 23)
top 2     90.0%
F1        52.8%  (mean of the classes)
loss      0.5000
ECE       3.5%  (calibration, 15 bins)

class  correct  recall  precision     F1
daisy     8/10   80.0%      66.7%  72.7%
rose      9/10   90.0%      81.8%  85.7%
tulip      0/3    0.0%          –   0.0%

Confusion matrix
rows: true class, columns: predicted
       daisy  rose  tulip
daisy      8     2      ·
rose       1     9      ·
tulip      3     ·      ·`);
  });

  it('fits 40 columns, with long names and many images', () => {
    const names = ['a very long name of a class', 'b'];
    const matrix = [
      [9000, 1000],
      [0, 9999],
    ];
    const evaluation = { loss: 0.5, accuracy: 0.95, images: 19_999, confusion: matrix, ...details };
    const text = formatEvaluation(names, evaluation, { columns: 40 });
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(40);
  });

  it('lists the most frequent mistakes if the matrix has no room', () => {
    expect(formatConfusion(classes, confusion, 20)).toBe(
      [
        'Most frequent mistakes (--json has all)',
        'class  predicted  images',
        'tulip      daisy       3',
        'daisy       rose       2',
        'rose       daisy       1',
      ].join('\n'),
    );
    expect(
      formatConfusion(
        classes,
        [
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
        ],
        5,
      ),
    ).toMatch(/No image was misclassified/);
  });
});
