import type { RefuseReason } from '../installation/decision.ts';
import type { ReasonCode } from '../trust/reason.ts';
import type { RefusedInstallation } from './refused-installation.ts';

/** Who acts next: whoever transfers component versions, their provider, who decides about trust, who writes to the repository. */
type Party = 'transfer' | 'provider' | 'trust' | 'repository';

/** Whose turn it is, in words. */
export interface Turn {
  readonly who: string;
  /** What they do, in sentences. */
  readonly what: string;
  /** What the provider is asked for, in a sentence; `undefined` where the provider has no part in it. */
  readonly request: string | undefined;
}

/** @returns Who must act first. The first reason is the first to put right. */
export function whoseTurn({ because, reasons }: Pick<RefusedInstallation, 'because' | 'reasons'>): Turn {
  const [first] = reasons;
  if (because === 'not-verified') return turns[first ? parties[first.code] : 'provider'];
  return otherTurns[because];
}

const turns: Readonly<Record<Party, Turn>> = {
  transfer: {
    who: 'whoever transfers component versions into the registry',
    what:
      'Transfer the component version again, by value and with everything that it refers to. What is missing after that is missing ' +
      'at the source: send the text below to the provider.',
    request:
      'Please check that everything named above is there where you publish this version, and publish what is missing.',
  },
  provider: {
    who: 'the provider of the component',
    what: 'Send the text below to the provider. Transferring it again helps only if it was changed on the way.',
    request: 'Please compare this with what you published, and publish what must be put right under a new version.',
  },
  trust: {
    who: 'who decides about trusted keys here, and then the provider',
    what:
      'If the provider changed keys and told you so in another way, add the new key under `.consignee/` and to `verify` by a pull ' +
      'request. Otherwise send the text below to the provider, and trust nothing new.',
    request: 'Please tell us in another way which key signs this version, or sign it with the key that was agreed.',
  },
  repository: {
    who: 'who looks after this repository',
    what: 'Put right what is named above. Nothing is written for this installation until then.',
    request: undefined,
  },
};

const otherTurns: Readonly<Record<Exclude<RefuseReason, 'not-verified'>, Turn>> = {
  'content-changed': {
    who: 'the provider of the component, and whoever transfers component versions',
    what: 'Find out who replaced it. Send the text below to the provider; replicate the original again.',
    request:
      'Please tell us whether you replaced this version. A published version must stay as it is: publish changes under a new one.',
  },
  'version-vanished': {
    who: 'whoever looks after the registry',
    what: 'Find out who deleted it. Replicate it again, or list it under `skip` to give it up.',
    request: undefined,
  },
  'no-versions': {
    who: 'who looks after this repository, or whoever transfers component versions',
    what: 'Check the name of the component and the registry in the configuration, and whether the transfer ran.',
    request: undefined,
  },
  conflict: turns.repository,
  'pinned-otherwise': turns.repository,
  'files-occupied': turns.repository,
  'declared-elsewhere': turns.repository,
};

/** Who can put right what a reason names. */
const parties: Readonly<Record<ReasonCode, Party>> = {
  'ambiguous-scalar': 'provider',
  'blob-missing': 'transfer',
  'certificate-expired': 'provider',
  'certificate-untrusted': 'trust',
  'certificate-usage': 'provider',
  'digest-mismatch': 'transfer',
  'digest-missing': 'provider',
  'identity-mismatch': 'transfer',
  'issuer-mismatch': 'trust',
  'issuer-missing': 'provider',
  'key-retired': 'trust',
  'key-revoked': 'trust',
  'key-too-weak': 'provider',
  'leaves-the-registry': 'transfer',
  malformed: 'provider',
  'no-trust-anchor': 'trust',
  'not-signed': 'provider',
  'number-out-of-range': 'provider',
  'policy-algorithm': 'trust',
  'policy-normalisation': 'trust',
  'reference-cycle': 'provider',
  'reference-unresolved': 'transfer',
  'resource-missing': 'transfer',
  'resource-unreachable': 'transfer',
  'signature-invalid': 'provider',
  'size-mismatch': 'transfer',
  'too-few-signers': 'provider',
  'too-large': 'provider',
  'unsupported-algorithm': 'provider',
  'version-not-found': 'transfer',
};
