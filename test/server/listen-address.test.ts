import { expect, test } from 'vitest';
import { parseListenAddress, printListenAddress } from '../../src/server/listen-address.ts';

test.each([
  ['127.0.0.1:8080', '127.0.0.1', 8080],
  ['0.0.0.0:0', '0.0.0.0', 0],
  ['localhost:65535', 'localhost', 65_535],
  ['[::1]:8080', '::1', 8080],
  ['[::]:80', '::', 80],
])('%s is an address, printed as it was', (text, host, port) => {
  expect(parseListenAddress(text)).toEqual({ host, port });
  expect(printListenAddress({ host, port })).toBe(text);
});

test.each([
  '',
  '8080',
  ':8080',
  'localhost',
  'localhost:',
  'localhost:65536',
  '::1:8080',
  'http://localhost:80',
  'a b:80',
])('"%s" is no address', (text) => {
  expect(() => parseListenAddress(text)).toThrow(expect.objectContaining({ code: 'configuration' }));
});
