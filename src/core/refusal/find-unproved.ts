import type { ContentDigest } from '../component/component-descriptor.ts';
import type { Evidence, ReferenceEvidence } from '../trust/evidence.ts';
import type { Reason } from '../trust/reason.ts';

/** A resource that a reason speaks of, with what it should have been. */
export interface UnprovedResource {
  /** As the reason has it: `example.org/a:v1 > example.org/b:v2 resource image`. */
  readonly where: string;
  readonly version: string;
  readonly digest: ContentDigest;
}

/** @returns The resources that are missing or wrong and have a signed digest to look for, of all references. */
export function findUnproved(evidence: Evidence | undefined, reasons: readonly Reason[]): readonly UnprovedResource[] {
  if (!evidence) return [];
  const named = new Set(reasons.map(({ where }) => where));
  return listUnproved(evidence, `${evidence.component}:${evidence.version}`).filter(({ where }) => named.has(where));
}

function listUnproved(
  { resources, references }: Pick<Evidence, 'resources'> & { readonly references: readonly ReferenceEvidence[] },
  where: string,
): readonly UnprovedResource[] {
  const own = resources.flatMap(({ name, version, digest, proof }) =>
    proof === 'unproved' && digest ? [{ where: `${where} resource ${name}`, version, digest }] : [],
  );
  return [...own, ...references.flatMap((it) => listUnproved(it, `${where} > ${it.component}:${it.version}`))];
}
