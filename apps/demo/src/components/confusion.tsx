import { Scrolled } from './scrolled.js';
import './confusion.css';

interface ConfusionProps {
  readonly classes: readonly string[];
  /** [true class][predicted class]: how often. */
  readonly confusion: readonly (readonly number[])[];
}

/** The confusion matrix. */
export function Confusion({ classes, confusion }: ConfusionProps) {
  return (
    <Scrolled label="What each class was taken for">
      <table class="confusion">
        <caption>What each class was taken for</caption>
        <thead>
          <tr>
            <th scope="col">It is</th>
            {classes.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {confusion.map((row, truth) => {
            const all = row.reduce((sum, each) => sum + each, 0);
            return (
              <tr key={truth}>
                <th scope="row">{classes[truth]}</th>
                {row.map((times, answer) => (
                  <td
                    key={answer}
                    class={times === 0 ? 'none' : answer === truth ? 'right' : 'wrong'}
                    style={{ '--share': String(all === 0 ? 0 : times / all) }}
                  >
                    {times}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scrolled>
  );
}
