import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJson } from './parse-json.js';

it.each([
  '{"a":1,"a":1}',
  '[{"b":{"a":1,"c":2,"a":3}}]',
  '{"a":1,"\\u0061":2}',
  '{"__proto__":1,"__proto__":2}',
])('refuses %s', (text) => expect(() => parseJson(text)).toThrow('an object has a key twice'));

it('reads what JSON.parse reads, colons and quotes in strings, too', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
  );
  const odd = { 'a:"\\': '\\":{"a":1,"a":2}', ':': [':', { ':': 0 }] };
  expect(parseJson(JSON.stringify(odd))).toEqual(odd);
  expect(() => parseJson('{')).toThrow(SyntaxError);
});
