import { expect, test } from 'vitest';
import { printEntryJson } from '../../../src/core/trust/entry-json.ts';

test.each([
  [{}, '[]'],
  [[], '[]'],
  [{ b: 1, a: 2 }, '[{"a":2},{"b":1}]'],
  [{ a: { c: null, b: [{ d: true }] } }, '[{"a":[{"b":[[{"d":true}]]},{"c":null}]}]'],
  [{ a: undefined, b: 'x' }, '[{"b":"x"}]'],
  [{ '\u{1f600}': 1, '\ufb33': 2, '€': 3 }, '[{"€":3},{"\ufb33":2},{"\u{1f600}":1}]'],
  ['<b>&\u2028\u2029é"\\\n', '"\\u003cb\\u003e\\u0026\\u2028\\u2029é\\"\\\\\\n"'],
  [{ '<': '>' }, '[{"\\u003c":"\\u003e"}]'],
  [[1e21, 1e-7, 0.1, -5, 9007199254740991, 1.5e300], '[1e+21,1e-7,0.1,-5,9007199254740991,1.5e+300]'],
  [[0, -0], '[0,-0]'],
])('%j is written as %s', (value, text) => {
  expect(printEntryJson(value)).toBe(text);
});

test.each([[Number.NaN], ['\ud800'], [() => 1]])('what is no JSON data is not written: %s', (value) => {
  expect(() => printEntryJson([value])).toThrow(TypeError);
});
