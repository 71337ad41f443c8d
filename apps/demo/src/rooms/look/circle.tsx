interface CircleProps {
  readonly kind: 'add' | 'gate';
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** A circle with a + or a ×, by its box. */
export function Circle({ kind, x, y, width }: CircleProps) {
  const r = width / 2;
  const [cx, cy, arm] = [x + r, y + r, r * (kind === 'add' ? 0.5 : 0.4)];
  const cross =
    kind === 'add'
      ? `M${cx - arm} ${cy}h${2 * arm}M${cx} ${cy - arm}v${2 * arm}`
      : `M${cx - arm} ${cy - arm}l${2 * arm} ${2 * arm}m0 ${-2 * arm}l${-2 * arm} ${2 * arm}`;
  return (
    <>
      <circle class="shape" cx={cx} cy={cy} r={r} />
      <path class={kind === 'add' ? 'plus' : 'times'} d={cross} />
    </>
  );
}
