import type { ObjectName } from './manifest-objects.ts';
import type { ImageJudge } from './own-images.ts';
import { rbacRisks } from './risk-access.ts';
import { crdRisks, deletionRisks, isGraveDeletion, namespaceRisks } from './risk-cluster.ts';
import { immutableFieldRisks } from './risk-immutable.ts';
import { type ObjectPair, type Risk, riskKinds } from './risk-kind.ts';
import { storageRisks } from './risk-storage.ts';
import { foreignImageRisks, privilegedRisks, scaledToZeroRisks, serviceAccountRisks } from './risk-workload.ts';

/** A risk, and the object that it is about. */
export interface ObjectRisk extends Risk {
  readonly object: ObjectName;
}

/** What a reviewer should know of one object's change, the gravest first. Values of Secrets are in none of it. */
export function risksOfPair(pair: ObjectPair, images?: ImageJudge): readonly Risk[] {
  const found = [
    ...deletionRisks(pair),
    ...namespaceRisks(pair),
    ...crdRisks(pair),
    ...storageRisks(pair),
    ...privilegedRisks(pair),
    ...rbacRisks(pair),
    ...immutableFieldRisks(pair),
    ...foreignImageRisks(pair, images),
    ...serviceAccountRisks(pair),
    ...scaledToZeroRisks(pair),
  ];
  return found.toSorted((a, b) => rankOf(a, pair.object) - rankOf(b, pair.object));
}

/** The part of a comparison that is read here. */
interface WithRisks {
  readonly objects: readonly { readonly object: ObjectName; readonly risks: readonly Risk[] }[];
}

/** All risks with the object that they are about, the gravest first. */
export function risksOf({ objects }: WithRisks): readonly ObjectRisk[] {
  return objects
    .flatMap(({ object, risks }) => risks.map((risk) => ({ ...risk, object })))
    .toSorted((a, b) => rankOf(a, a.object) - rankOf(b, b.object));
}

/** The deletion of what takes nothing with it can be undone, and stands behind all that reaches further. */
function rankOf({ kind }: Risk, object: ObjectName): number {
  const deletesOnlyItself = kind === 'deletion' && !isGraveDeletion(object);
  return riskKinds.indexOf(deletesOnlyItself ? 'foreign-image' : kind) - (deletesOnlyItself ? 0.5 : 0);
}
