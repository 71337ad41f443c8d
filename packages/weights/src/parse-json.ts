/** What a text of JSON says. Throws `SyntaxError`, also for an object with a key twice, of which `JSON.parse` takes the last. */
export function parseJson(text: string): unknown {
  const json: unknown = JSON.parse(text);
  if (keysInText(text) !== keysIn(json)) throw new SyntaxError('an object has a key twice');
  return json;
}

/** Every key in a text of JSON has a colon after it, and there are no other colons outside strings. */
function keysInText(text: string): number {
  let keys = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') inString = !inString;
    else if (inString && char === '\\') at++;
    else if (!inString && char === ':') keys++;
  }
  return keys;
}

function keysIn(json: unknown): number {
  let keys = 0;
  const rest = [json];
  while (rest.length > 0) {
    const value = rest.pop();
    if (typeof value !== 'object' || value === null) continue;
    const inner = Object.values(value);
    if (!Array.isArray(value)) keys += inner.length;
    for (const each of inner) rest.push(each);
  }
  return keys;
}
