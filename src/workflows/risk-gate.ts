import type { RiskKind } from '../core/diff/risk-kind.ts';
import { risksOf } from '../core/diff/risks.ts';
import { isPartial, type VersionDifference } from '../core/diff/version-difference.ts';
import type { Installation } from '../core/installation/installation.ts';
import type { LockFile } from '../core/installation/lock-file.ts';
import type { PassOptions, PassPorts } from './pass.ts';

/** What a proposal does to the cluster, as far as an approval may be asked for because of it. */
export type ProposedRisks = ReadonlySet<RiskKind> | 'unknown';

interface Compared {
  readonly installation: Pick<Installation, 'name' | 'requireApprovalOn'>;
  readonly installed: LockFile | undefined;
  readonly proposed: Pick<LockFile, 'digest'>;
}

interface World {
  readonly ports: Pick<PassPorts, 'store' | 'clock'>;
  readonly options: Pick<PassOptions, 'repository'>;
}

/**
 * Remembers which risks a proposal takes: comparing reads both component versions, which a pass over what is known does not do.
 * Where not all could be compared, any risk may be in what is missing.
 */
export async function rememberRisks(
  compared: Compared,
  difference: VersionDifference,
  { ports, options }: World,
): Promise<ProposedRisks> {
  const { installation } = compared;
  const risks = isPartial(difference) ? 'unknown' : new Set(risksOf(difference.manifests).map(({ kind }) => kind));
  if (installation.requireApprovalOn.length === 0) return risks;
  const text = JSON.stringify([keyOf(compared), risks === 'unknown' ? risks : [...risks]]);
  await ports.store.told.record(options.repository, subjectOf(installation), text, ports.clock.now());
  return risks;
}

/**
 * @param difference Compares, where that can be done now.
 * @returns The kinds of risk of the proposal that ask for an approval by the installation's settings; `unknown` where nobody
 *   can tell, which asks for one too.
 */
export async function findRisksToApprove(
  compared: Compared,
  difference: (() => Promise<VersionDifference>) | undefined,
  world: World,
): Promise<readonly RiskKind[] | 'unknown'> {
  const { installation } = compared;
  if (installation.requireApprovalOn.length === 0) return [];
  const { ports, options } = world;
  const remembered = readRemembered(await ports.store.told.last(options.repository, subjectOf(installation)), compared);
  // What could not be compared may have been a registry that did not answer.
  const known = remembered === 'unknown' && difference ? undefined : remembered;
  const risks = known ?? (difference ? await rememberRisks(compared, await difference(), world) : 'unknown');
  return risks === 'unknown' ? risks : installation.requireApprovalOn.filter((it) => risks.has(it));
}

function readRemembered(text: string | undefined, compared: Compared): ProposedRisks | undefined {
  if (text === undefined) return undefined;
  const [key, risks] = JSON.parse(text) as [string, readonly RiskKind[] | 'unknown'];
  if (key !== keyOf(compared)) return undefined;
  return risks === 'unknown' ? risks : new Set(risks);
}

const subjectOf = ({ name }: Compared['installation']) => `risks/${name}`;

/** What is compared are two component versions, whatever commits carry them. */
const keyOf = ({ installed, proposed }: Compared) =>
  `${installed?.digest.value ?? 'nothing'} ${installed?.manifest ?? ''} ${proposed.digest.value}`;
