interface SegmentedProps<Value extends string> {
  readonly label: string;
  readonly name: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly title: string }[];
  readonly disabled?: boolean;
  readonly onChange: (value: Value) => void;
}

/** Radio buttons, side by side. */
export function Segmented<Value extends string>(props: SegmentedProps<Value>) {
  const { label, name, value, options, disabled = false, onChange } = props;
  return (
    <fieldset class="segmented" disabled={disabled}>
      <legend>{label}</legend>
      <div>
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span>{option.title}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
