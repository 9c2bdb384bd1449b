import { describe, expect, test } from 'vitest';
import { readSignatureValue } from '../../../src/core/trust/signature-value.ts';
import { pemOf } from '../../builders/certificate.ts';

const pkcs1 = { algorithm: 'RSASSA-PKCS1-V1_5', mediaType: 'application/vnd.ocm.signature.rsa' };
const pss = { algorithm: 'RSASSA-PSS', mediaType: 'application/vnd.ocm.signature.rsa.pss' };
const pem = 'application/x-pem-file';
const bytes = Buffer.from('00ff', 'hex');

function read(changes: { readonly algorithm?: string; readonly mediaType?: string; readonly value?: string }) {
  const digest = { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'jsonNormalisation/v3', value: '00' };
  return readSignatureValue({ name: 'release', digest, ...pkcs1, value: '00ff', ...changes });
}

describe('the value of a signature', () => {
  test.each([pkcs1, pss])('of $algorithm is hexadecimal digits or PEM text', ({ algorithm, mediaType }) => {
    expect(read({ algorithm, mediaType })).toEqual({
      kind: 'read',
      value: { algorithm, bytes, certificates: undefined },
    });
    const certificate = Buffer.from('certificate');
    const block = pemOf('CERTIFICATE', certificate);
    for (const header of ['', `Signature Algorithm: ${algorithm}\n\n`]) {
      const value = pemOf('SIGNATURE', bytes, header) + block;
      expect(read({ algorithm, mediaType: pem, value })).toEqual({
        kind: 'read',
        value: { algorithm, bytes, certificates: [certificate] },
      });
    }
  });

  const only = 'only RSASSA-PKCS1-V1_5 and RSASSA-PSS are verified';
  test.each([
    [{ algorithm: 'x' }, 'unsupported-algorithm', `it is of the algorithm "x"; ${only}`],
    [{ algorithm: '', mediaType: pem }, 'unsupported-algorithm', `it is of the algorithm ""; ${only}`],
    ...['Sigstore', 'sigstore/v1'].map(
      (algorithm) =>
        [
          { algorithm },
          'unsupported-algorithm',
          `it is of the algorithm "${algorithm}"; Sigstore signatures are not supported, ${only}`,
        ] as const,
    ),
    ...['GPG', 'pgp', 'application/pgp-signature'].map(
      (mediaType) =>
        [
          { algorithm: 'x', mediaType },
          'unsupported-algorithm',
          `it is of the algorithm "x"; GPG signatures are not supported, ${only}`,
        ] as const,
    ),
    [
      { mediaType: pss.mediaType },
      'unsupported-algorithm',
      `its media type "${pss.mediaType}" is not that of RSASSA-PKCS1-V1_5`,
    ],
    [{ ...pss, mediaType: '' }, 'unsupported-algorithm', 'its media type "" is not that of RSASSA-PSS'],
    [{ value: '00FF' }, 'malformed', 'its value is not written in lower-case hexadecimal digits'],
    [{ value: '' }, 'malformed', 'its value is not written in lower-case hexadecimal digits'],
    [{ mediaType: pem, value: '00ff' }, 'malformed', 'its value is not made of PEM blocks alone'],
    [
      { mediaType: pem, value: pemOf('SIGNATURE', bytes, 'Signature Algorithm: RSASSA-PSS\n\n') },
      'signature-invalid',
      'it is of the algorithm RSASSA-PKCS1-V1_5, and its PEM header says "RSASSA-PSS"',
    ],
  ] as const)('is not read from %j', (changes, code, message) => {
    expect(read(changes)).toEqual({ kind: 'problem', problem: { code, message } });
  });
});
