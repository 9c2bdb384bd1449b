import { Failure } from '../failure.ts';
import type { UsableRoots } from './certificate-chain.ts';
import { parseDistinguishedName } from './distinguished-name.ts';
import { type PublicKey, parsePublicKey } from './public-key.ts';
import { parseRootCertificates } from './root-certificate.ts';
import type { UsableKey } from './signature.ts';
import type { AnchorTerm, RequiredSignature, TrustedKey, TrustedRoots, TrustPolicy } from './trust-policy.ts';

/** The anchors of one required signature, parsed. */
export interface UsableAnchors {
  readonly name: string;
  readonly keys: readonly UsableKey[];
  readonly roots: readonly UsableRoots[];
}

/**
 * Reads the anchors of a policy, and finds out whether any content could satisfy it.
 *
 * @throws {Failure} `configuration` when a key, a root certificate or a name is none, a key counts twice for one signature, or more
 *   signers are required than there can be.
 */
export function readAnchors(policy: TrustPolicy): readonly UsableAnchors[] {
  const required = policy.signatures.map(readRequired);
  checkSigners(required, policy);
  return required;
}

function readRequired({ name, anyOf }: RequiredSignature): UsableAnchors {
  const keys = anyOf.flatMap((anchor) => ('pem' in anchor ? [readKey(anchor)] : []));
  const roots = anyOf.flatMap((anchor) => ('roots' in anchor ? [readRoots(anchor)] : []));
  const twin = keys.find(({ fingerprint }, index) => keys.findIndex((it) => it.fingerprint === fingerprint) !== index);
  if (twin) {
    throw new Failure('configuration', `The key ${twin.source} is named twice for the signature ${name}.`, {
      place: { file: twin.source },
      remedy: 'Name every key once: its dates would contradict each other.',
    });
  }
  return { name, keys, roots };
}

/** Most installations trust the same few keys, and reading one takes as long as deciding about an installation. */
const keysRead = new Map<string, PublicKey>();
const mostKeys = 100;

function readKey(anchor: TrustedKey): UsableKey {
  const name = `${anchor.source}\n${anchor.pem}`;
  const key = keysRead.get(name) ?? parsePublicKey(anchor.pem, anchor.source);
  if (keysRead.size >= mostKeys) keysRead.clear();
  keysRead.set(name, key);
  return { ...key, ...termOf(anchor) };
}

function readRoots(anchor: TrustedRoots): UsableRoots {
  const { roots, source, issuer } = anchor;
  const name = issuer === undefined ? undefined : parseDistinguishedName(issuer);
  if (issuer !== undefined && !name) {
    throw new Failure('configuration', `The issuer ${JSON.stringify(issuer)} for ${source} is no distinguished name.`, {
      remedy: 'Write it as in CN=release,O=Example Works.',
    });
  }
  return { ...termOf(anchor), certificates: parseRootCertificates(roots, source), issuer: name };
}

function termOf({ source, retired, revoked }: AnchorTerm): AnchorTerm {
  return { source, ...(retired && { retired }), ...(revoked && { revoked }) };
}

/** Root certificates stand for any number of keys. */
function checkSigners(required: readonly UsableAnchors[], { minimumSigners = 1 }: TrustPolicy): void {
  if (!Number.isInteger(minimumSigners) || minimumSigners < 1) {
    throw new Failure('configuration', `The number of signers ${minimumSigners} is not a whole number from 1 on.`, {
      remedy: 'Write at least 1 under "minimumSignatures".',
    });
  }
  const isOpen = required.some(({ keys, roots }) => keys.length === 0 || roots.length > 0);
  const signers = countSigners(required);
  if (required.length === 0 || isOpen || signers >= minimumSigners) return;
  const names = required.map(({ name }) => name).join(', ');
  throw new Failure(
    'configuration',
    `The signatures ${names} can be made by ${signers} different keys, and the operator requires ${minimumSigners}.`,
    {
      place: { file: required[0]?.keys[0]?.source ?? '' },
      remedy: 'Name different keys for the signatures under "verify".',
    },
  );
}

/** @returns By how many different keys the signatures can be made, each by one of its own. */
function countSigners(required: readonly UsableAnchors[]): number {
  const signatureOf = new Map<string, UsableAnchors>();
  const findKey = (signature: UsableAnchors, tried: Set<string>): boolean =>
    signature.keys.some(({ fingerprint }) => {
      if (tried.has(fingerprint)) return false;
      tried.add(fingerprint);
      // A key that another signature has is free when that one finds another key.
      const holder = signatureOf.get(fingerprint);
      if (holder && !findKey(holder, tried)) return false;
      signatureOf.set(fingerprint, signature);
      return true;
    });
  return required.filter((signature) => findKey(signature, new Set())).length;
}
