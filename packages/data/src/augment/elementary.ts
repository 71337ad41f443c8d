// Functions that engines compute with different last bits, here by additions and multiplications alone, which are the
// same everywhere: what is random in an image must not depend on who computes it. Errors are at most 1e-15.

const LN2_HIGH = 0.6931471803691238; // its last 33 bits are zeros, so that small multiples are exact
const LN2_LOW = 1.9082149292705877e-10;

/** The sine of an angle in degrees; exact at multiples of 90. */
export function sine(degrees: number): number {
  const turned = degrees % 360;
  const quarter = Math.round(turned / 90);
  const rest = ((turned - quarter * 90) * Math.PI) / 180;
  const value = quarter % 2 === 0 ? sineSeries(rest) : cosineSeries(rest);
  return (quarter & 2) === 0 ? value : -value;
}

/** The cosine of an angle in degrees; exact at multiples of 90. */
export const cosine = (degrees: number): number => sine(90 - (degrees % 360));

/** e to the power of `x`, 0 below −708; for x up to 100. */
export function exponential(x: number): number {
  if (x < -708) return 0;
  const halvings = Math.round(x / LN2_HIGH);
  const rest = x - halvings * LN2_HIGH - halvings * LN2_LOW;
  let sum = 1;
  for (let n = 14; n > 0; n--) sum = 1 + (sum * rest) / n;
  for (let i = 0; i < halvings; i++) sum *= 2;
  for (let i = 0; i > halvings; i--) sum /= 2;
  return sum;
}

/** The natural logarithm of a positive number. */
export function logarithm(x: number): number {
  let mantissa = x;
  let exponent = 0;
  for (; mantissa > Math.SQRT2; exponent++) mantissa /= 2;
  for (; mantissa < Math.SQRT1_2; exponent--) mantissa *= 2;
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 0;
  for (let n = 25; n > 0; n -= 2) sum = sum * square + 1 / n;
  return exponent * LN2_HIGH + (2 * s * sum + exponent * LN2_LOW);
}

/** For angles in radians of at most π/4. */
function sineSeries(x: number): number {
  let sum = 1;
  for (let n = 18; n > 0; n -= 2) sum = 1 - (sum * x * x) / (n * (n + 1));
  return x * sum;
}

function cosineSeries(x: number): number {
  let sum = 1;
  for (let n = 18; n > 0; n -= 2) sum = 1 - (sum * x * x) / (n * (n - 1));
  return sum;
}
