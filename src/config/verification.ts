import * as z from 'zod';
import { parseDistinguishedName } from '../core/trust/distinguished-name.ts';
import { date, keyFile, list, listOf, objectName, parsed, printable, text } from './scalars.ts';

const anchorShape = {
  publicKey: keyFile.describe('File of the public key, relative to `.consignee/`.').optional(),
  rootCertificate: keyFile
    .describe('File of the root certificates to which the certificates in the signature must lead.')
    .optional(),
  issuer: parsed(
    (written) => parseDistinguishedName(written) !== undefined,
    'a distinguished name such as CN=release,O=Example Works',
  )
    .describe(
      "With `rootCertificate`: the name that the signing certificate must have. Without it, its common name must be the signature's name.",
    )
    .optional(),
};

/** Of several keys, exactly one must be there. */
interface OneOf {
  readonly keys: readonly string[];
  readonly missing: string;
}

/** Finds what is wrong with the keys of an anchor, in words. */
function findAnchorFault(value: object, { keys, missing }: OneOf) {
  const there = keys.filter((key) => key in value);
  if (there.length > 1) {
    return {
      message: `${listOf(there, 'and')} are ${there.length > 2 ? 'all' : 'both'} there`,
      remedy: `Write only one of ${listOf(keys, 'and')}.`,
    };
  }
  if (there.length === 0) return { message: missing, remedy: `Write ${listOf(keys)}.` };
  if ('issuer' in value && !('rootCertificate' in value)) {
    const remedy = 'Write "issuer" beside "rootCertificate": a public key has no issuer.';
    return { message: 'issuer is there without rootCertificate', remedy };
  }
  return undefined;
}

const anchorKeys: OneOf = {
  keys: ['publicKey', 'rootCertificate'],
  missing: 'neither a key nor a root certificate is there',
};
const verificationKeys: OneOf = {
  keys: [...anchorKeys.keys, 'anyOf'],
  missing: 'the key of the signature is missing',
};

/** The same for whoever checks with the JSON schema alone. */
function oneOf({ keys }: OneOf) {
  const withoutIssuer = { not: { required: ['issuer'] } };
  return { oneOf: keys.map((key) => ({ required: [key], ...(key !== 'rootCertificate' && withoutIssuer) })) };
}

const anchor = z
  .strictObject({
    ...anchorShape,
    retired: date.describe('From then on it admits what is installed and rollbacks, but nothing new.').optional(),
    revoked: z
      .union([z.literal(true, 'true'), date])
      .describe('From then on, or always when `true`, it admits nothing at all, installed or not.')
      .optional(),
  })
  .check(({ value, issues }) => {
    const fault = findAnchorFault(value, anchorKeys);
    if (!fault) return;
    const { message, remedy } = fault;
    issues.push({ code: 'custom', input: value, message, params: { remedy } });
  })
  .meta(oneOf(anchorKeys));

const verification = z
  .strictObject({
    signature: text(printable, 'the name of a signature').describe(
      'Name of the signature in the component descriptor.',
    ),
    ...anchorShape,
    anyOf: list(anchor, 'a list of at least one key or root certificate')
      .min(1, 'a list of at least one key or root certificate')
      .describe(
        'Instead of one: several, of which one must admit the signature, such as the old key and its successor.',
      )
      .optional(),
    secret: objectName
      .describe("The cluster's secret with the public key. Without it, manifests carry the key by value.")
      .optional(),
  })
  .check(({ value, issues }) => {
    const fault = findAnchorFault(value, verificationKeys);
    if (!fault) return;
    const { message, remedy } = fault;
    issues.push({ code: 'custom', input: value, message, params: { remedy } });
  })
  .meta(oneOf(verificationKeys));

/** The setting `verify`: what must have been signed, and by whom. */
export const verify = list(verification, 'a list of required signatures').check(({ value, issues }) => {
  const names = value.map((it) => it.signature);
  for (const [index, signature] of names.entries()) {
    if (names.indexOf(signature) === index) continue;
    const remedy = 'List the keys under anyOf of one entry; every entry must hold.';
    issues.push({
      code: 'custom',
      input: value,
      path: [index, 'signature'],
      message: `the signature ${signature} is named twice`,
      params: { remedy },
    });
  }
});
