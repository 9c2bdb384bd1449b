import { isExactPin } from '../version/constraint.ts';
import { parseVersion } from '../version/version.ts';
import type { GenerationCheck, Unfit } from './unfit.ts';

/**
 * What ocm-controller would get wrong. It is built on version 1 of the OCM library.
 *
 * @see ocm-domain: what version 1 of the library and the controller read was found by running them.
 */
export function checkForOne(check: GenerationCheck): readonly Unfit[] {
  return [...floatingPin(check), ...unreadableSignatures(check), ...unreadableReferences(check), ...plainHttp(check)];
}

/** ocm-controller takes a version with fewer than three numbers for a range: it would follow versions that nobody proposed. */
function floatingPin({ collected }: GenerationCheck): readonly Unfit[] {
  const version = collected.descriptor?.version;
  const parsed = version && parseVersion(version);
  if (parsed?.text.includes('+')) return [sharedPin];
  if (!parsed || isExactPin(parsed)) return [];
  return [
    {
      code: 'content',
      message: `cannot be pinned: ocm-controller would follow every ${version}.x.`,
      remedy: 'Ask the provider for a version with three numbers, or put this one on the skip list.',
    },
  ];
}

/** Equality passes over build metadata: the pin `1.0.0+a` is met by a `1.0.0+b` that comes later (ocm-domain.md 3.10.1). */
const sharedPin: Unfit = {
  code: 'content',
  message: 'cannot be pinned: ocm-controller would take any version that differs from it after the + only.',
  remedy: 'Ask the provider for a version without build metadata, or use the template set ocm-k8s-toolkit.',
};

const unknownNormalisation = 'jsonNormalisation/v4alpha1';
const plainPss = 'application/vnd.ocm.signature.rsa.pss';

const signAnew =
  'Ask the provider to sign with version 1 of the OCM command line (jsonNormalisation/v3, RSASSA-PKCS1-V1_5), or use the template set ocm-k8s-toolkit.';

function unreadableSignatures({ signatures }: GenerationCheck): readonly Unfit[] {
  return signatures.flatMap(({ name, digest, mediaType }): readonly Unfit[] => {
    const refuse = (what: string): readonly Unfit[] => [
      {
        code: 'content',
        message: `would never become ready: its signature ${name} is ${what}, which ocm-controller cannot verify.`,
        remedy: signAnew,
      },
    ];
    if (digest.normalisationAlgorithm === unknownNormalisation) return refuse(`over ${unknownNormalisation}`);
    return mediaType === plainPss ? refuse('RSASSA-PSS without PEM') : [];
  });
}

/** Verifying a signature recomputes the digests of the references, with the algorithms that they name. */
function unreadableReferences({ signatures, collected }: GenerationCheck): readonly Unfit[] {
  if (signatures.length === 0) return [];
  const reference = (collected.descriptor?.references ?? []).find(
    ({ digest }) => digest?.normalisationAlgorithm === unknownNormalisation,
  );
  if (!reference) return [];
  return [
    {
      code: 'content',
      message: `would never become ready: the digest of its reference ${reference.name} is over ${unknownNormalisation}, which ocm-controller does not know.`,
      remedy: signAnew,
    },
  ];
}

/** The library writes `http://…` into the references of images, and the Localization cannot parse them. */
function plainHttp({ installation, target }: GenerationCheck): readonly Unfit[] {
  const localized = target.deployments.some(({ configuration }) => configuration !== undefined);
  const { inCluster } = installation.registry;
  if (!localized || !inCluster.startsWith('http://')) return [];
  return [
    {
      code: 'configuration',
      message: `cannot be localized from ${inCluster}: ocm-controller reads no image references of a registry without TLS.`,
      remedy: 'Give the registry TLS and write it without http://, or set "configuration: none" for what is deployed.',
    },
  ];
}
