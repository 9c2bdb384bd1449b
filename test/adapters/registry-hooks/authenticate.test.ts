import { describe, expect, test } from 'vitest';
import { artifact, bearer, delivery, hmac, notice, read, reader, secret } from './reader-world.ts';

const other = 'the one that it is exchanged for.';
const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
const noticed = { kind: 'read', type: 'notice', events: [artifact('apps/shop', 'v1.2.3')] };

describe('a sender that cannot sign', () => {
  test.each([
    ['as a bearer token', bearer],
    ['as a bearer token, the scheme in any case', { authorization: `bearer ${secret}` }],
    ['as the password of any user', basic(`registry:${secret}`)],
    ['as the password without a user', basic(`:${secret}`)],
    ['as the whole header', { authorization: secret }],
  ])('is believed when it shows the secret %s', (_, headers) => {
    expect(read(notice, headers)).toMatchObject(noticed);
  });

  test('may show a secret that looks like a token', () => {
    const whole = 'Bearer of good news from the registry';
    expect(reader.read(delivery(notice, { authorization: whole }), [whole]).kind).toBe('read');
  });

  test('may have a password with colons in it', () => {
    const raw = delivery(notice, basic('registry:a:b:c'));
    expect(reader.read(raw, ['a:b:c']).kind).toBe('read');
  });

  test.each([
    ['shows nothing', {}],
    ['shows an empty header', { authorization: '' }],
    ['shows an empty token', { authorization: 'Bearer ' }],
    ['shows another secret', { authorization: `Bearer ${other}` }],
    ['shows the beginning of the secret', { authorization: `Bearer ${secret.slice(0, -1)}` }],
    ['shows more than the secret', { authorization: `Bearer ${secret}x` }],
    ['shows the secret as the user', basic(`${secret}:`)],
    ['shows an empty password', basic('registry:')],
    ['shows a pair without a colon', basic(secret)],
    ['shows it in a scheme of its own', { authorization: `Digest ${secret}` }],
  ])('is not believed when it %s', (_, headers) => {
    expect(read(notice, headers)).toMatchObject({ kind: 'forged' });
  });
});

describe('a sender that signs', () => {
  const signed = { 'x-consignee-signature-256': `sha256=${hmac(notice)}` };

  test('is believed by its signature', () => {
    expect(read(notice, signed)).toMatchObject(noticed);
  });

  test.each([
    ['of other bytes', `sha256=${hmac(`${notice} `)}`],
    ['with another secret', `sha256=${hmac(notice, other)}`],
    ['without its prefix', hmac(notice)],
    ['in capitals', `sha256=${hmac(notice).toUpperCase()}`],
    ['that is empty', ''],
    ['that is only the prefix', 'sha256='],
    ['that is cut off', `sha256=${hmac(notice).slice(0, 62)}`],
    ['that is given twice', `sha256=${hmac(notice)}, sha256=${hmac(notice)}`],
  ])('is not believed by a signature %s, though it shows the secret as well', (_, signature) => {
    const result = read(notice, { ...bearer, 'x-consignee-signature-256': signature });
    expect(result).toMatchObject({ kind: 'forged' });
    expect(JSON.stringify(result)).not.toContain(secret);
  });

  test('is believed before anything is parsed', () => {
    expect(read('{', {})).toMatchObject({ kind: 'forged' });
    expect(read('{', { 'x-consignee-signature-256': `sha256=${hmac('{')}` })).toMatchObject({ kind: 'malformed' });
  });
});

describe('while secrets are exchanged', () => {
  test.each([secret, other])('both are right', (one) => {
    for (const headers of [
      { authorization: `Bearer ${one}` },
      { 'x-consignee-signature-256': `sha256=${hmac(notice, one)}` },
    ]) {
      expect(reader.read(delivery(notice, headers), [other, secret]).kind).toBe('read');
    }
  });

  test.each([[[]], [['']]])('none is right when there are none: %j', (secrets) => {
    for (const headers of [
      { authorization: '' },
      { authorization: 'Bearer ' },
      basic(':'),
      { 'x-consignee-signature-256': `sha256=${hmac(notice, '')}` },
      { 'x-gitea-signature': hmac(notice, '') },
    ]) {
      expect(reader.read(delivery(notice, headers), secrets)).toEqual({
        kind: 'forged',
        why: 'no secret is configured',
      });
    }
  });
});
