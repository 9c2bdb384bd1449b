import { hasNoContent } from '../component/access.ts';
import type { ComponentDescriptor, ContentDigest, Signature } from '../component/component-descriptor.ts';
import { parseDistinguishedName, sameName } from '../trust/distinguished-name.ts';
import { normalise } from '../trust/normalise.ts';
import { pemType, signatureAlgorithms } from '../trust/signature-value.ts';
import type { GenerationCheck, Unfit } from './unfit.ts';

/**
 * What the controllers of generation 2 would get wrong. They are built on version 2 of the OCM library.
 *
 * @see ocm-domain: what version 2 of the library and the controller read was found by running them.
 */
export function checkForTwo(check: GenerationCheck): readonly Unfit[] {
  return [...unreadableSchemes(check), ...indigestible(check), ...unreadableSignatures(check)];
}

const useOne = 'or use the template set ocm-controller';

function unreadableSchemes({ versions }: GenerationCheck): readonly Unfit[] {
  const other = versions.find(({ descriptor }) => descriptor?.scheme === 'v3alpha1');
  if (!other) return [];
  return content(
    `would never become ready: the component descriptor of ${other.component} is of scheme v3alpha1, which generation 2 of the controllers cannot read.`,
    `Ask the provider for a component descriptor of scheme v2, ${useOne}.`,
  );
}

/** The controller then goes on without verifying, and says so in an event alone. */
function indigestible({ versions, installation }: GenerationCheck): readonly Unfit[] {
  if (installation.verify.length === 0) return [];
  for (const { component, descriptor } of versions) {
    const what = descriptor && findIndigestible(descriptor);
    if (what === undefined) continue;
    return content(
      `would be deployed without verification: in ${component}, ${what}, and generation 2 of the controllers then goes on without it.`,
      `Ask the provider to sign a version in which everything has a digest, ${useOne}.`,
    );
  }
  return [];
}

function findIndigestible({ resources, references }: ComponentDescriptor): string | undefined {
  const reference = references.find(({ digest }) => !isComplete(digest));
  if (reference) return `the reference ${reference.name} has no digest`;
  const bare = resources.find((it) => !hasNoContent(it) && !isComplete(it.digest));
  if (bare) return `the resource ${bare.name} has no digest`;
  const surplus = resources.find((it) => hasNoContent(it) && it.digest);
  return surplus && `the resource ${surplus.name} has a digest and no content`;
}

const isComplete = (digest: ContentDigest | undefined) =>
  digest !== undefined && [digest.hashAlgorithm, digest.normalisationAlgorithm, digest.value].every((it) => it !== '');

const readableNormalisations: readonly string[] = ['jsonNormalisation/v3', 'jsonNormalisation/v4alpha1'];
const readableHashes: readonly string[] = ['SHA-256', 'SHA-512'];

function unreadableSignatures(check: GenerationCheck): readonly Unfit[] {
  const {
    signatures,
    collected: { descriptor },
  } = check;
  if (!descriptor) return [];
  for (const signature of signatures) {
    const what =
      findUnreadable(signature) ?? findOtherReading(signature, descriptor) ?? findUnprovable(signature, check);
    if (what === undefined) continue;
    return content(
      `would never become ready: its signature ${signature.name} ${what}.`,
      `Ask the provider to sign with version 2 of the OCM command line, ${useOne}.`,
    );
  }
  return [];
}

function findUnreadable({ algorithm, digest }: Signature): string | undefined {
  const { normalisationAlgorithm, hashAlgorithm } = digest;
  if (!signatureAlgorithms.some((it) => it === algorithm))
    return `is of the algorithm ${algorithm}, and only RSA is read`;
  if (!readableNormalisations.includes(normalisationAlgorithm))
    return `is over ${normalisationAlgorithm}, which generation 2 of the controllers does not know`;
  return readableHashes.includes(hashAlgorithm)
    ? undefined
    : `uses the hash ${hashAlgorithm}, which generation 2 of the controllers does not know`;
}

/** Version 2 of the library reads v3 as v4alpha1, which is another text for some labels and times. */
function findOtherReading({ digest }: Signature, descriptor: ComponentDescriptor): string | undefined {
  if (digest.normalisationAlgorithm !== 'jsonNormalisation/v3') return undefined;
  const same = normalise(descriptor, 'jsonNormalisation/v3') === normalise(descriptor, 'jsonNormalisation/v4alpha1');
  return same
    ? undefined
    : 'is over jsonNormalisation/v3, which generation 2 of the controllers reads as v4alpha1: for this content they differ';
}

/** With certificates, a root is to be given in the place of a key, and the signature names who issued the first of them. */
function findUnprovable(
  { name, mediaType, value, issuer = '' }: Signature,
  { installation, evidence }: GenerationCheck,
): string | undefined {
  if (mediaType !== pemType) return undefined;
  const secret = installation.verify.find(({ signature }) => signature === name)?.secret;
  // What people's own manifests name is theirs to know.
  if (secret === undefined && installation.manage === 'render')
    return 'brings certificates, for which generation 2 of the controllers wants a root in a "secret", and manifests carry a key';
  if (!/^Signature Algorithm:/m.test(value))
    return 'states no algorithm in its PEM, which generation 2 of the controllers wants';
  const leaf = evidence.signatures.find((it) => it.name === name)?.certificate;
  const stated = parseDistinguishedName(issuer);
  const real = leaf && parseDistinguishedName(leaf.issuer);
  if (!stated || !real || sameName(stated, real)) return undefined;
  return `says that it was issued by ${issuer}, and generation 2 of the controllers wants the issuer of its certificate there: ${leaf.issuer}`;
}

const content = (message: string, remedy: string): readonly Unfit[] => [{ code: 'content', message, remedy }];
