/** A function that keeps its results by argument. Failures, which may pass, are not kept. */
export function once<Key, Value>(read: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const known = new Map<Key, Promise<Value>>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const value = read(key);
    known.set(key, value);
    value.catch(() => known.delete(key));
    return value;
  };
}
