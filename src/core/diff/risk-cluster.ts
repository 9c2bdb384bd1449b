import { type Data, dataAt, itemsAt, sameData, textAt } from './manifest-data.ts';
import { nameText } from './manifest-objects.ts';
import { shortText } from './manifest-text.ts';
import { isOfKind, type ObjectPair, type Risk } from './risk-kind.ts';

/** What goes with an object, by group and kind: https://kubernetes.io/docs/concepts/architecture/garbage-collection */
const goesWith: ReadonlyMap<string, string> = new Map([
  ['apps/StatefulSet', 'its pods go with it, and by its retention policy their volume claims'],
  ['/PersistentVolumeClaim', 'its volume goes with it, and by the reclaim policy the data'],
  ['/Namespace', 'everything in it goes with it'],
  ['apiextensions.k8s.io/CustomResourceDefinition', 'all objects of its kind go with it, in every namespace'],
  ['/Secret', 'what reads it does not start again'],
]);

/** @returns Whether the object takes more with it than itself. */
export function isGraveDeletion({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): boolean {
  const slash = apiVersion.indexOf('/');
  return goesWith.has(`${slash < 0 ? '' : apiVersion.slice(0, slash)}/${kind}`);
}

export function deletionRisks({ object, group, after }: ObjectPair): readonly Risk[] {
  if (after) return [];
  const more = goesWith.get(`${group}/${object.kind}`);
  return [{ kind: 'deletion', detail: `${nameText(object)} is deleted${more === undefined ? '' : `: ${more}`}.` }];
}

/** @returns A namespace that comes or goes, or an object that goes from one namespace to another. */
export function namespaceRisks(pair: ObjectPair): readonly Risk[] {
  const { object, before, after, movedWith } = pair;
  const risk = (detail: string): readonly Risk[] => [{ kind: 'namespace', detail }];
  if (isOfKind(pair, '', 'Namespace')) {
    if (!before) return risk(`The namespace ${shortText(object.name)} is added.`);
    return after ? [] : risk(`The namespace ${shortText(object.name)} is deleted.`);
  }
  if (movedWith === undefined) return [];
  const here = placeText(object.namespace ?? '');
  const there = placeText(movedWith);
  return risk(`It moves from ${after ? there : here} to ${after ? here : there}: it is deleted and made anew.`);
}

const placeText = (namespace: string): string =>
  namespace === '' ? 'no stated namespace' : `the namespace ${shortText(namespace)}`;

/** @returns What a definition of custom resources takes away from the objects that there are. */
export function crdRisks(pair: ObjectPair): readonly Risk[] {
  if (!isOfKind(pair, 'apiextensions.k8s.io', 'CustomResourceDefinition')) return [];
  const { before, after } = pair;
  const risk = (detail: string): Risk => ({ kind: 'crd', detail });
  if (!before) return [risk('A kind of objects is defined for the whole cluster.')];
  if (!after) return [risk('The definition of a kind of objects is deleted.')];
  if (sameData(dataAt(before, 'spec'), dataAt(after, 'spec'))) return [];
  const found = [...lostVersions(before, after), ...changedScope(before, after)];
  if (found.length > 0) return found.map(risk);
  return [risk('The definition changes: objects that are there may not fit it any more.')];
}

function versionsOf(definition: Data, mark: 'served' | 'storage'): readonly string[] {
  const listed = itemsAt(definition, 'spec', 'versions')
    .filter((it) => dataAt(it, mark) === true)
    .map((it) => textAt(it, 'name') ?? '');
  const single = textAt(definition, 'spec', 'version');
  return listed.length === 0 && single !== undefined ? [single] : listed;
}

function lostVersions(before: Data, after: Data): readonly string[] {
  const served = versionsOf(after, 'served');
  const stored = versionsOf(after, 'storage');
  const lost = (it: string) => !served.includes(it);
  const listed = itemsAt(after, 'spec', 'versions').map((it) => textAt(it, 'name'));
  const gone = versionsOf(before, 'storage').filter((it) => !stored.includes(it));
  return [
    ...versionsOf(before, 'served')
      .filter(lost)
      .map((it) => `The version ${shortText(it)} is not served any more.`),
    ...gone.map((it) =>
      listed.includes(it)
        ? `Objects are not stored as ${shortText(it)} any more.`
        : `The version ${shortText(it)}, as which objects are stored, disappears.`,
    ),
  ];
}

function changedScope(before: Data, after: Data): readonly string[] {
  const [one, other] = [textAt(before, 'spec', 'scope'), textAt(after, 'spec', 'scope')];
  if (one === other) return [];
  return [`The scope changes from ${shortText(one ?? 'none')} to ${shortText(other ?? 'none')}.`];
}
