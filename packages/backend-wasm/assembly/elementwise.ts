// Each is one pass over the floats [first, last): four at a time, then the rest.

/** to = max(0, a + b). */
export function addRelu(to: usize, a: usize, b: usize, first: i32, last: i32): void {
  const none = f32x4.splat(0);
  let at = <usize>first << 2;
  const fours = at + (<usize>((last - first) & ~3) << 2);
  for (; at < fours; at += 16) {
    v128.store(to + at, f32x4.max(f32x4.add(v128.load(a + at), v128.load(b + at)), none));
  }
  for (const end = <usize>last << 2; at < end; at += 4) {
    store<f32>(to + at, max<f32>(load<f32>(a + at) + load<f32>(b + at), 0));
  }
}

/** to = a + b. */
export function add(to: usize, a: usize, b: usize, first: i32, last: i32): void {
  let at = <usize>first << 2;
  const fours = at + (<usize>((last - first) & ~3) << 2);
  for (; at < fours; at += 16) v128.store(to + at, f32x4.add(v128.load(a + at), v128.load(b + at)));
  for (const end = <usize>last << 2; at < end; at += 4) {
    store<f32>(to + at, load<f32>(a + at) + load<f32>(b + at));
  }
}

/** to = max(0, x). */
export function relu(to: usize, x: usize, first: i32, last: i32): void {
  const none = f32x4.splat(0);
  let at = <usize>first << 2;
  const fours = at + (<usize>((last - first) & ~3) << 2);
  for (; at < fours; at += 16) v128.store(to + at, f32x4.max(v128.load(x + at), none));
  for (const end = <usize>last << 2; at < end; at += 4) store<f32>(to + at, max<f32>(load<f32>(x + at), 0));
}

/** to = dy where y > 0, else 0. */
export function reluGradient(to: usize, dy: usize, y: usize, first: i32, last: i32): void {
  const none = f32x4.splat(0);
  let at = <usize>first << 2;
  const fours = at + (<usize>((last - first) & ~3) << 2);
  for (; at < fours; at += 16) {
    v128.store(to + at, v128.and(v128.load(dy + at), f32x4.gt(v128.load(y + at), none)));
  }
  for (const end = <usize>last << 2; at < end; at += 4) {
    store<f32>(to + at, load<f32>(y + at) > 0 ? load<f32>(dy + at) : 0);
  }
}

/**
 * Adam (Kingma and Ba 2015) with the bias corrections in the step size. share1 and share2 are
 * 1 − beta1 and 1 − beta2, rounded once.
 */
export function adamUpdate(
  toVariable: usize, toFirst: usize, toSecond: usize,
  variable: usize, gradient: usize, firstMoment: usize, secondMoment: usize,
  stepSize: f32, share1: f32, share2: f32, epsilon: f32, decay: f32, first: i32, last: i32,
): void {
  const step = f32x4.splat(stepSize);
  const s1 = f32x4.splat(share1);
  const s2 = f32x4.splat(share2);
  const e = f32x4.splat(epsilon);
  const d = f32x4.splat(decay);
  let at = <usize>first << 2;
  const fours = at + (<usize>((last - first) & ~3) << 2);
  for (; at < fours; at += 16) {
    const v = v128.load(variable + at);
    const g = f32x4.add(v128.load(gradient + at), f32x4.mul(d, v));
    let m = v128.load(firstMoment + at);
    let w = v128.load(secondMoment + at);
    m = f32x4.add(m, f32x4.mul(f32x4.sub(g, m), s1));
    w = f32x4.add(w, f32x4.mul(f32x4.sub(f32x4.mul(g, g), w), s2));
    v128.store(toFirst + at, m);
    v128.store(toSecond + at, w);
    v128.store(toVariable + at, f32x4.sub(v, f32x4.div(f32x4.mul(step, m), f32x4.add(f32x4.sqrt(w), e))));
  }
  for (const end = <usize>last << 2; at < end; at += 4) {
    const v = load<f32>(variable + at);
    const g = load<f32>(gradient + at) + decay * v;
    let m = load<f32>(firstMoment + at);
    let w = load<f32>(secondMoment + at);
    m += (g - m) * share1;
    w += (g * g - w) * share2;
    store<f32>(toFirst + at, m);
    store<f32>(toSecond + at, w);
    store<f32>(toVariable + at, v - (stepSize * m) / (sqrt<f32>(w) + epsilon));
  }
}
