import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { printCanonicalJson } from '../../../src/core/trust/canonical-json.ts';

describe('canonical JSON', () => {
  test('is that of the example in RFC 8785, section 3.2', () => {
    const input = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(printCanonicalJson(JSON.parse(input))).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  test('sorts keys by UTF-16 code units, as in RFC 8785, section 3.2.3', () => {
    const keys = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'];
    const value = Object.fromEntries(keys.map((key) => [key, 0]));
    expect(Object.keys(JSON.parse(printCanonicalJson(value))).filter((key) => key !== '1')).toEqual(
      sorted.filter((key) => key !== '1'),
    );
    expect(printCanonicalJson(value).indexOf('"\ud83d\ude00"')).toBeLessThan(
      printCanonicalJson(value).indexOf('"\ufb33"'),
    );
  });

  test.each([
    [0, '0'],
    [-0, '0'],
    [5e-324, '5e-324'],
    [-5e-324, '-5e-324'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [9007199254740992, '9007199254740992'],
    [295147905179352830000, '295147905179352830000'],
    [9.999999999999997e22, '9.999999999999997e+22'],
    [1e23, '1e+23'],
    [999999999999999700000, '999999999999999700000'],
    [1e21, '1e+21'],
    [9.999999999999997e-7, '9.999999999999997e-7'],
    [0.000001, '0.000001'],
    [333333333.33333325, '333333333.33333325'],
    [-0.0000033333333333333333, '-0.0000033333333333333333'],
  ])('writes the number %d as RFC 8785, appendix B, does', (value, text) => {
    expect(printCanonicalJson(value)).toBe(text);
  });

  test.each([
    [Number.NaN, 'NaN is no JSON number'],
    [Number.POSITIVE_INFINITY, 'Infinity is no JSON number'],
    ['\ud800', 'half a surrogate pair is no JSON text'],
    [undefined, 'undefined is no JSON data'],
    [() => 1, 'function is no JSON data'],
    [1n, 'BigInt'],
  ])('refuses %s, which is no JSON data', (value, message) => {
    expect(() => printCanonicalJson([value])).toThrow(TypeError);
    expect(() => printCanonicalJson([value])).toThrow(message);
  });

  test('treats __proto__ as a key like any other', () => {
    expect(printCanonicalJson(JSON.parse('{"__proto__": {"b": 1, "a": 2}}'))).toBe('{"__proto__":{"a":2,"b":1}}');
  });

  property.prop([fc.jsonValue()])('is read back as the same data', (value) => {
    expect(JSON.parse(printCanonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
  });

  property.prop([fc.dictionary(fc.string(), fc.jsonValue())])('does not depend on the order of keys', (value) => {
    const reversed = Object.fromEntries(Object.entries(value).toReversed());
    expect(printCanonicalJson(reversed)).toBe(printCanonicalJson(value));
  });
});
