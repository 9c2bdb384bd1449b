import type { CollectedVersion } from '../component/collected-version.ts';
import type { Signature } from '../component/component-descriptor.ts';
import type { Installation } from '../installation/installation.ts';
import type { Evidence } from '../trust/evidence.ts';
import type { Target } from './target.ts';

/** A component version and how it is to be deployed, as the target's controllers would come to see it. */
export interface TargetCheck {
  readonly target: Target;
  readonly installation: Installation;
  readonly collected: CollectedVersion;
  /** What verifying it proved. */
  readonly evidence: Evidence;
}

/** What the controllers would get wrong. */
export interface Unfit {
  readonly code: 'content' | 'configuration';
  /** Completes a sentence that begins with the component version. */
  readonly message: string;
  readonly remedy: string;
}

/** As the checks of one generation see it. */
export interface GenerationCheck extends TargetCheck {
  /** The signatures that the manifests have the controller verify. */
  readonly signatures: readonly Signature[];
  /** The component version, and those on the way to what is deployed. */
  readonly versions: readonly CollectedVersion[];
}
