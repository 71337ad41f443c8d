interface NumericProps {
  readonly id: string;
  readonly title: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly step?: 'any';
  readonly onChange: (value: number) => void;
}

/** A number to type, within bounds; one that is out of them is not taken. */
export function Numeric({ id, title, value, low, high, step, onChange }: NumericProps) {
  return (
    <div class="field">
      <label for={id}>{title}</label>
      <input
        id={id}
        type="number"
        required
        value={value}
        min={low}
        max={high}
        step={step ?? 1}
        onInvalid={(event) => {
          // In a closed part the browser could not show what is wrong, and nothing would happen.
          const part = event.currentTarget.closest('details');
          if (part) part.open = true;
        }}
        onChange={(event) => {
          const next = event.currentTarget.valueAsNumber;
          if (event.currentTarget.checkValidity() && Number.isFinite(next)) onChange(next);
        }}
      />
    </div>
  );
}

interface SliderProps extends Omit<NumericProps, 'step'> {
  readonly words: string;
}

/** A number to slide to, and what it means in words. */
export function Slider({ id, title, value, low, high, words, onChange }: SliderProps) {
  return (
    <div class="field">
      <div class="field-head">
        <label for={id}>{title}</label>
        <output for={id}>{words}</output>
      </div>
      <input
        id={id}
        type="range"
        min={low}
        max={high}
        value={value}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
