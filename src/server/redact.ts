import { Failure } from '../core/failure.ts';

const hidden = '[secret]';

/** Names of fields whose values are never shown. */
const secretName = /authorization|cookie|credential|passw|secret|signature|token|(?:api|private)[-_]?key/i;

/** Secrets that show by how they are written, wherever they stand. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer|basic) +[\w+/=.~-]+/gi, `$1 ${hidden}`],
  // user:password@ in an address.
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]+@/gi, `$1${hidden}@`],
  // What is signed or carries a token in the query of an address.
  [/([?&][\w.-]*(?:token|secret|password|signature|credential|key|code|sig)=)[^&\s#"']+/gi, `$1${hidden}`],
  [/\b(?:gh[opsur]_|github_pat_|glpat-|gto_)\w{10,}/g, hidden],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
];

/** In characters: what is looked at, and what is shown of it. */
const maxRead = 64 * 1024;
const maxText = 2_000;
const maxDepth = 6;

/** Turns what is to be logged into plain data without secrets. The second line of defence: the first is that nobody logs them. */
export type Redact = (value: unknown) => unknown;

/** @param known Secrets that the process knows; hidden as they are, in Base64, and as they stand in addresses. */
export function createRedact(known: () => Iterable<string>): Redact {
  function redactText(text: string): string {
    let result = text.slice(0, maxRead);
    for (const secret of known()) for (const form of formsOf(secret)) result = result.replaceAll(form, hidden);
    for (const [pattern, replacement] of patterns) result = result.replace(pattern, replacement);
    // Cut last: half a secret would not be recognised.
    return result.length > maxText ? `${result.slice(0, maxText)}…` : result;
  }
  function redact(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return redactText(value);
    if (typeof value === 'bigint') return String(value);
    return typeof value === 'object' && value !== null ? redactObject(value, depth) : value;
  }
  function redactObject(value: object, depth: number): unknown {
    if (depth >= maxDepth) return '…';
    if (value instanceof Error) return redactFields(fieldsOf(value), depth);
    if ('toJSON' in value && typeof value.toJSON === 'function') return redact(value.toJSON(), depth + 1);
    return Array.isArray(value) ? value.map((item) => redact(item, depth + 1)) : redactFields(value, depth);
  }
  function redactFields(value: object, depth: number): unknown {
    const entries = Object.entries(value).map(([name, item]) => [
      name,
      secretName.test(name) && item !== undefined ? hidden : redact(item, depth + 1),
    ]);
    return Object.fromEntries(entries);
  }
  return (value) => redact(value, 0);
}

/** Shorter ones would hide parts of words. */
const minSecret = 6;

function formsOf(secret: string): readonly string[] {
  if (secret.length < minSecret) return [];
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString('base64'), bytes.toString('base64url'), encodeURIComponent(secret)];
}

/** The stack only of what is a mistake of the program: a failure says where it lies. */
function fieldsOf(error: Error): object {
  const { name, message, cause } = error;
  const rest = cause === undefined ? {} : { cause };
  if (!(error instanceof Failure)) return { name, message, stack: error.stack, ...rest };
  const { code, remedy, findings } = error;
  return { name, code, message, ...(remedy && { remedy }), ...(findings.length > 0 && { findings }), ...rest };
}
