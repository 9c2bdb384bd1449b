import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import {
  commonNameOf,
  type DistinguishedName,
  parseDistinguishedName,
  printDistinguishedName,
  sameName,
} from '../../../src/core/trust/distinguished-name.ts';

const cn = (value: string) => ({ type: '2.5.4.3', value });
const o = (value: string) => ({ type: '2.5.4.10', value });

describe('a distinguished name', () => {
  test.each<[string, DistinguishedName]>([
    ['CN=release', [cn('release')]],
    ['cn=release', [cn('release')]],
    ['CN=release,O=Example Works', [cn('release'), o('Example Works')]],
    [' CN = release , O = Example Works ', [cn('release'), o('Example Works')]],
    ['CN=release+O=Example Works', [cn('release'), o('Example Works')]],
    ['2.5.4.3=release', [cn('release')]],
    ['1.2.3=#0c0178', [{ type: '1.2.3', value: 'x' }]],
    ['10.20.300=x', [{ type: '10.20.300', value: 'x' }]],
    ['CN=#1303616263', [cn('abc')]],
    ['CN=a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h\\=i', [cn('a,b+c"d\\e<f>g;h=i')]],
    ['CN=\\#a', [cn('#a')]],
    ['CN=\\ a\\ ', [cn(' a ')]],
    ['CN=a=b', [cn('a=b')]],
    ['CN=a  b', [cn('a  b')]],
    ['CN=a  ', [cn('a')]],
    ['CN=\u{1f600}', [cn('\u{1f600}')]],
    ['CN=\ufeffa', [cn('\ufeffa')]],
    [`CN=#0c7f${'61'.repeat(127)}`, [cn('a'.repeat(127))]],
    ['CN=#160141', [cn('A')]],
    [`CN=${'a'.repeat(4093)}`, [cn('a'.repeat(4093))]],
    ['CN=\\C3\\A9t\\c3\\a9', [cn('été')]],
    ['CN=水', [cn('水')]],
    [
      'C=DE,ST=Hessen,L=Kassel,STREET=Weg 1,OU=u,UID=i,DC=d,SERIALNUMBER=7,POSTALCODE=1,EMAILADDRESS=a@b',
      [
        ['2.5.4.6', 'DE'],
        ['2.5.4.8', 'Hessen'],
        ['2.5.4.7', 'Kassel'],
        ['2.5.4.9', 'Weg 1'],
        ['2.5.4.11', 'u'],
        ['0.9.2342.19200300.100.1.1', 'i'],
        ['0.9.2342.19200300.100.1.25', 'd'],
        ['2.5.4.5', '7'],
        ['2.5.4.17', '1'],
        ['1.2.840.113549.1.9.1', 'a@b'],
      ].map(([type = '', value = '']) => ({ type, value })),
    ],
    ['E=a@b', [{ type: '1.2.840.113549.1.9.1', value: 'a@b' }]],
  ])('is read from %j', (text, name) => {
    expect(parseDistinguishedName(text)).toEqual(name);
  });

  test.each([
    '',
    ' ',
    'release',
    'CN',
    'CN=',
    'CN= ',
    '=release',
    'CN=a,',
    ',CN=a',
    'CN=a,,O=b',
    'CN=a,O',
    'CN=a+',
    'X=a',
    'CN=a"b"',
    'CN="a"',
    'CN=a;O=b',
    'CN=a<b',
    'CN=a>b',
    'CN=a\\',
    'CN=a\\x',
    'CN=a\\fz',
    'CN=\\ff',
    'CN=a\0b',
    'CN=#',
    'CN=#0',
    'CN=#zz',
    'CN=#0c0178zz',
    'CN=#zz0c0178',
    'CN=#0c01781',
    `CN=#0c80${'61'.repeat(128)}`,
    'A1=x',
    'CN=#0c05',
    'CN=#040178',
    'CN=#0c0278',
    'CN=#0c01ff',
    '1=a',
    `CN=${'a'.repeat(4094)}`,
  ])('is not read from %j', (text) => {
    expect(parseDistinguishedName(text)).toBeUndefined();
  });

  const attribute = fc.record({
    type: fc.constantFrom('2.5.4.3', '2.5.4.10', '2.5.4.11', '1.2.840.113549.1.9.1', '1.3.6.1.4.1.1'),
    value: fc.string({ unit: 'grapheme', minLength: 1 }).filter((it) => !it.includes('\0')),
  });

  property.prop([fc.array(attribute, { minLength: 1, maxLength: 5 })])('is read as it was printed', (name) => {
    const read = parseDistinguishedName(printDistinguishedName(name));
    expect(read).toEqual(name.toReversed());
    expect(sameName(read ?? [], name)).toBe(true);
  });

  test('is printed with the last attribute first, and nothing that steers a terminal', () => {
    expect(printDistinguishedName([o('Example Works'), cn('a,\u001bb')])).toBe('CN=a\\,\\1bb,O=Example Works');
    expect(printDistinguishedName([{ type: '1.2.3', value: ' a ' }])).toBe('1.2.3=\\ a\\ ');
    expect(printDistinguishedName([{ type: '1.2.840.113549.1.9.1', value: '#a' }])).toBe('EMAILADDRESS=\\#a');
  });

  test('is the same with its attributes in another order, and with no attribute more or less', () => {
    expect(sameName([cn('a'), o('b')], [o('b'), cn('a')])).toBe(true);
    expect(sameName([cn('a'), cn('a')], [cn('a')])).toBe(false);
    expect(sameName([cn('a')], [cn('a'), o('b')])).toBe(false);
    expect(sameName([cn('a')], [cn('A')])).toBe(false);
    expect(sameName([cn('a')], [o('a')])).toBe(false);
    expect(sameName([cn('release')], [cn('release2')])).toBe(false);
  });

  test('has one common name or none', () => {
    expect(commonNameOf([o('b'), cn('a')])).toBe('a');
    expect(commonNameOf([cn('a'), cn('b')])).toBeUndefined();
    expect(commonNameOf([o('b')])).toBeUndefined();
  });
});
