import { readFile } from 'node:fs/promises';
import { Failure } from '../core/failure.ts';
import { parseDistinguishedName } from '../core/trust/distinguished-name.ts';
import { normalisationAlgorithms, parseNormalisationAlgorithm } from '../core/trust/normalise.ts';
import type { RequiredSignature, TrustAnchor, TrustPolicy } from '../core/trust/trust-policy.ts';

export interface PolicyOptions {
  /** Names of signatures, all of which must hold. */
  readonly signature: readonly string[];
  /** `NAME=FILE`; several for one name, root certificates among them: any of them. */
  readonly publicKey: readonly string[];
  /** `NAME=FILE` */
  readonly rootCa: readonly string[];
  /** `NAME=DN` */
  readonly issuer: readonly string[];
  /** Normalisation algorithms that count; empty: all supported ones. */
  readonly normalisation: readonly string[];
}

/** A value for one signature, as an option names it. */
interface Named {
  readonly option: string;
  readonly name: string;
  readonly value: string;
}

/**
 * Makes a trust policy from the options of a command.
 *
 * @throws {Failure} `usage` for what is typed wrong, and for files that cannot be read.
 */
export async function readPolicy(options: PolicyOptions): Promise<TrustPolicy> {
  const { signature, normalisation } = options;
  for (const name of normalisation) checkNormalisation(name);
  const keys = options.publicKey.map((it) => parseNamed('--public-key', it));
  const roots = options.rootCa.map((it) => parseNamed('--root-ca', it));
  const issuers = readIssuers(options.issuer, roots);
  const stray = [...keys, ...roots].find(({ name }) => !signature.includes(name));
  if (stray) {
    throw new Failure('usage', `${stray.option} ${stray.name}=… is for a signature that is not asked for.`, {
      remedy: `Add --signature ${stray.name}.`,
    });
  }
  const anchors = await Promise.all([
    ...keys.map(async (key) => ({ name: key.name, anchor: { pem: await readPem(key), source: key.value } })),
    ...roots.map(async (root) => ({ name: root.name, anchor: await readRoots(root, issuers.get(root.name)) })),
  ]);
  const signatures: readonly RequiredSignature[] = [...new Set(signature)].map((name) => ({
    name,
    anyOf: anchors.flatMap((it): readonly TrustAnchor[] => (it.name === name ? [it.anchor] : [])),
  }));
  return { signatures, allowUnsigned: false, ...(normalisation.length > 0 && { normalisations: normalisation }) };
}

function checkNormalisation(name: string): void {
  if (parseNormalisationAlgorithm(name)) return;
  throw new Failure('usage', `--normalisation ${name} is not the name of a normalisation algorithm.`, {
    remedy: `Name one of ${normalisationAlgorithms.join(', ')}.`,
  });
}

/** @throws {Failure} `usage` when it is not of the form NAME=VALUE. */
export function parseNamed(option: string, written: string): Named {
  const equals = written.indexOf('=');
  const [name, value] = [written.slice(0, equals), written.slice(equals + 1)];
  if (equals > 0 && value !== '') return { option, name, value };
  const [form, what] = option === '--issuer' ? ['NAME=DN', 'the name'] : ['NAME=FILE', 'the path of the file'];
  throw new Failure('usage', `${option} ${written} is not of the form ${form}.`, {
    remedy: `Write the name of the signature, an equals sign and ${what}.`,
  });
}

function readIssuers(written: readonly string[], roots: readonly Named[]): ReadonlyMap<string, string> {
  const issuers = new Map<string, string>();
  for (const { name, value } of written.map((it) => parseNamed('--issuer', it))) {
    if (!parseDistinguishedName(value)) {
      throw new Failure('usage', `--issuer ${name}=${value} is no distinguished name.`, {
        remedy: `Write it as in --issuer "${name}=CN=release,O=Example Works".`,
      });
    }
    if (issuers.has(name)) {
      throw new Failure('usage', `--issuer names ${name} twice.`, { remedy: 'Name one issuer for each signature.' });
    }
    if (!roots.some((root) => root.name === name)) {
      throw new Failure('usage', `--issuer ${name}=… is for a signature without root certificates.`, {
        remedy: `Add --root-ca ${name}=FILE: a public key has no issuer.`,
      });
    }
    issuers.set(name, value);
  }
  return issuers;
}

async function readRoots(root: Named, issuer: string | undefined): Promise<TrustAnchor> {
  return { roots: await readPem(root), source: root.value, ...(issuer !== undefined && { issuer }) };
}

/** @throws {Failure} `usage` when the file cannot be read. */
export async function readPem({ option, value }: Named): Promise<string> {
  try {
    return await readFile(value, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Failure('usage', `The file ${value} cannot be read: ${reason}.`, {
      remedy: `Check the path given with ${option}.`,
      cause: error,
    });
  }
}
