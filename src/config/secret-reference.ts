import { text } from './scalars.ts';

/** Where a secret stands. Configuration never holds the secret itself. */
export type SecretReference =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'env'; readonly name: string };

const pattern = /^(?:env:[A-Za-z_][A-Za-z0-9_]*|file:[^\s].*)$/;

export const secretReference = text(
  pattern,
  'a reference such as env:FORGE_TOKEN or file:secrets/token; the secret itself must not stand in a configuration file',
);

/**
 * Expects a text of the grammar above.
 *
 * @param locate Turns the path of a file, as written, into one that can be opened.
 */
export function parseSecretReference(written: string, locate: (path: string) => string): SecretReference {
  const [kind] = written.split(':', 1);
  const rest = written.slice(written.indexOf(':') + 1);
  return kind === 'env' ? { kind: 'env', name: rest } : { kind: 'file', path: locate(rest) };
}
