import { Failure } from '../failure.ts';
import type { UsableRoots } from './certificate-chain.ts';
import { parseDistinguishedName } from './distinguished-name.ts';
import { parsePublicKey } from './public-key.ts';
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

function readKey(anchor: TrustedKey): UsableKey {
  return { ...parsePublicKey(anchor.pem, anchor.source), ...termOf(anchor) };
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
  const keys = new Set(required.flatMap((it) => it.keys.map(({ fingerprint }) => fingerprint)));
  const isOpen = required.some(({ roots }) => roots.length > 0);
  if (required.length === 0 || isOpen || keys.size === 0 || keys.size >= minimumSigners) return;
  const names = required.map(({ name }) => name).join(', ');
  throw new Failure(
    'configuration',
    `The signatures ${names} can be made by ${keys.size} different keys, and the operator requires ${minimumSigners}.`,
    {
      place: { file: required[0]?.keys[0]?.source ?? '' },
      remedy: 'Name different keys for the signatures under "verify".',
    },
  );
}
