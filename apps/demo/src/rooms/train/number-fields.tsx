interface NumericProps {
  readonly id: string;
  readonly title: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: 'any';
  readonly onChange: (value: number) => void;
}

/** A number input. A number out of bounds is ignored. */
export function Numeric({ id, title, value, min, max, step, onChange }: NumericProps) {
  return (
    <div class="field">
      <label for={id}>{title}</label>
      <input
        id={id}
        type="number"
        required
        value={value}
        min={min}
        max={max}
        step={step ?? 1}
        onInvalid={(event) => {
          // In a closed part the browser can't show its message, and nothing would happen.
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
  readonly text: string;
}

/** A slider, with its value as text. */
export function Slider({ id, title, value, min, max, text, onChange }: SliderProps) {
  return (
    <div class="field">
      <div class="field-head">
        <label for={id}>{title}</label>
        <output for={id}>{text}</output>
      </div>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        value={value}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
