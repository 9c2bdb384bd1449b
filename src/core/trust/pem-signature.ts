import type { Problem } from './reason.ts';

/** A signature in PEM form, taken apart but not judged. */
export interface PemSignature {
  readonly value: Uint8Array;
  /** As the header of the block states it; absent when there is no header. */
  readonly algorithm?: string;
  /** In DER, as they come: the certificate of the signing key first. */
  readonly certificates: readonly Uint8Array[];
}

export type PemResult =
  | { readonly kind: 'read'; readonly pem: PemSignature }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** More certificates than this lead to no trusted root in earnest. */
export const maxCertificates = 10;

const blockPattern =
  /\s*-----BEGIN ([A-Z0-9 ]+)-----\r?\n([^-]*(?:-(?!----END )[^-]*)*)-----END ([A-Z0-9 ]+)-----(?=\s|$)/y;

interface Block {
  readonly label: string;
  readonly body: string;
}

/**
 * Reads the value of a signature of media type `application/x-pem-file`: one block `SIGNATURE`, then blocks `CERTIFICATE`, and
 * nothing besides. Base64 has its one canonical spelling.
 *
 * @see ocm-spec, doc/04-extensions/04-algorithms/signature-algorithms.md; RFC 7468
 */
export function parsePemSignature(text: string): PemResult {
  const blocks = readBlocks(text);
  if (!blocks) return malformed('its value is not made of PEM blocks alone');
  const [signature, ...others] = blocks;
  if (signature?.label !== 'SIGNATURE') return malformed('its value does not begin with a SIGNATURE block');
  const stray = others.find(({ label }) => label !== 'CERTIFICATE');
  if (stray) return malformed(`its value has a block ${JSON.stringify(stray.label)} after the SIGNATURE`);
  if (others.length > maxCertificates) {
    const message = `it carries ${others.length} certificates; ${maxCertificates} are the most`;
    return { kind: 'problem', problem: { code: 'too-large', message } };
  }
  const [, header, body] = /^(?:Signature Algorithm: ?([^\r\n]*)\r?\n\r?\n)?([^:]*)$/.exec(signature.body) ?? [];
  const value = body === undefined ? undefined : decodeBase64(body);
  if (!value) return malformed('its SIGNATURE block is not an optional header and strict base64');
  const certificates = others.flatMap(({ body: encoded }) => decodeBase64(encoded) ?? []);
  if (certificates.length < others.length) return malformed('a CERTIFICATE block of it is not strict base64');
  return { kind: 'read', pem: { value, certificates, ...(header !== undefined && { algorithm: header }) } };
}

/** @returns `undefined` when there is anything but blocks. */
function readBlocks(text: string): readonly Block[] | undefined {
  const blocks: Block[] = [];
  const pattern = new RegExp(blockPattern);
  let end = 0;
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const [, label = '', body = '', closing] = found;
    if (label !== closing) return undefined;
    blocks.push({ label, body });
    end = pattern.lastIndex;
  }
  return text.slice(end).trim() === '' ? blocks : undefined;
}

/** Node decodes whatever it is given and skips the rest, so only what it would write itself is taken. */
function decodeBase64(lines: string): Uint8Array | undefined {
  const text = lines.replace(/\r?\n/g, '');
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined;
}

function malformed(message: string): PemResult {
  return { kind: 'problem', problem: { code: 'malformed', message } };
}
