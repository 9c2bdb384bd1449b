import { type Digest, digestOfParts } from '../digest.ts';
import type { FileConflict } from '../drift/file-outcome.ts';
import type { Decision, RefuseReason } from '../installation/decision.ts';
import type { Installation } from '../installation/installation.ts';
import type { Evidence } from '../trust/evidence.ts';
import type { Reason } from '../trust/reason.ts';
import type { Selection } from '../version/select-version.ts';
import type { Version } from '../version/version.ts';

/** What is refused for an installation, and why: what issues and notifications are made of. */
export interface RefusedInstallation {
  /** `environment/application` */
  readonly name: string;
  readonly environment: string;
  readonly application: string;
  readonly component: string;
  /** Where the bot reads it. */
  readonly registry: string;
  /** Names of the signatures that must hold. */
  readonly signatures: readonly string[];
  /** The version that is refused; `undefined` where it is not about one version. */
  readonly version: Version | undefined;
  readonly because: RefuseReason;
  /** Sentences for people. They stay the same from pass to pass as long as the refusal does. */
  readonly explanation: string;
  readonly reasons: readonly Reason[];
  readonly conflicts: readonly FileConflict[];
  readonly evidence: Evidence | undefined;
}

export interface RefusalInput {
  readonly installation: Pick<
    Installation,
    'name' | 'environment' | 'application' | 'component' | 'registry' | 'verify'
  >;
  readonly installed: { readonly version: Version } | undefined;
  readonly selection: Selection | undefined;
  readonly evidence: Evidence | undefined;
}

type Refuse = Extract<Decision, { kind: 'refuse' }>;

export function describeRefusal(input: RefusalInput, decision: Refuse): RefusedInstallation {
  const { installation, evidence } = input;
  const { name, environment, application, component, registry, verify } = installation;
  const { because, reasons, conflicts = [] } = decision;
  const version = findVersion(input, decision);
  return {
    ...{ name, environment, application, component, version, because, reasons, conflicts, evidence },
    registry: registry.url,
    signatures: [...new Set(verify.map(({ signature }) => signature))],
    // The decision says when it is looked at again, which is another time after every pass.
    explanation: because === 'not-verified' ? `${version} is not proved whole and signed.` : decision.detail,
  };
}

/** Which version a refusal is about: the candidate, the installed one or the candidate as the reasons say, or none in particular. */
const aboutWhich: Readonly<Record<RefuseReason, 'candidate' | 'named' | 'none'>> = {
  'not-verified': 'candidate',
  'content-changed': 'named',
  'version-vanished': 'none',
  'no-versions': 'none',
  conflict: 'candidate',
  'pinned-otherwise': 'none',
  'files-occupied': 'candidate',
  'declared-elsewhere': 'candidate',
};

export function isRefuseReason(value: unknown): value is RefuseReason {
  return typeof value === 'string' && Object.hasOwn(aboutWhich, value);
}

function findVersion({ installation, installed, selection }: RefusalInput, { because, reasons }: Refuse) {
  const which = aboutWhich[because];
  if (which === 'none') return undefined;
  // What was replaced may be the installed version, while a newer one is the candidate.
  const isInstalled = reasons.some(({ where }) => where === `${installation.component}:${installed?.version}`);
  if (which === 'named' && isInstalled) return installed?.version;
  return selection?.kind === 'candidate' ? selection.version : undefined;
}

/** @returns A digest that is another one exactly when something else is refused, or it is refused for something else. */
export function contentOf({
  component,
  registry,
  version,
  because,
  explanation,
  reasons,
  conflicts,
}: RefusedInstallation): Digest {
  const listed = reasons.map(({ code, message, where }) => JSON.stringify([code, where, message])).toSorted();
  const differing = conflicts.map((it) => JSON.stringify([it.file, it.path, it.was, it.rendered, it.edited]));
  return digestOfParts('consignee refusal 1', [
    component,
    registry,
    version ?? '',
    because,
    explanation,
    ...listed,
    ...differing,
  ]);
}
