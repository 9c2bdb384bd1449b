import { type Data, dataAt, itemsAt, textAt } from './manifest-data.ts';
import { shortText } from './manifest-text.ts';
import { isOfKind, type ObjectPair, type Risk } from './risk-kind.ts';

type Side = Data | undefined;

/** @returns Storage that goes away, shrinks, or comes from elsewhere. */
export function storageRisks(pair: ObjectPair): readonly Risk[] {
  return storageTexts(pair).map((detail) => ({ kind: 'storage', detail }));
}

function storageTexts(pair: ObjectPair): readonly string[] {
  const { object, before, after } = pair;
  if (!before) return [];
  if (isOfKind(pair, '', 'PersistentVolumeClaim')) {
    return after ? claimTexts(before, after, 'The claim') : ['A volume claim is deleted.'];
  }
  if (isOfKind(pair, '', 'PersistentVolume')) return after ? volumeTexts(before, after) : ['A volume is deleted.'];
  if (isOfKind(pair, 'storage.k8s.io', 'StorageClass')) {
    return after ? classTexts(before, after) : ['A storage class is deleted: claims of it get no volume any more.'];
  }
  return after && object.kind === 'StatefulSet' ? templateTexts(before, after) : [];
}

function claimTexts(before: Data, after: Data, who: string): readonly string[] {
  const request = ['spec', 'resources', 'requests', 'storage'];
  return [
    ...shrunkText(dataAt(before, ...request), dataAt(after, ...request), who),
    ...differText(before, after, ['spec', 'storageClassName'], `${who} changes its storage class`),
  ];
}

function volumeTexts(before: Data, after: Data): readonly string[] {
  const capacity = ['spec', 'capacity', 'storage'];
  return [
    ...shrunkText(dataAt(before, ...capacity), dataAt(after, ...capacity), 'The volume'),
    ...differText(before, after, ['spec', 'storageClassName'], 'The volume changes its storage class'),
    ...differText(before, after, ['spec', 'persistentVolumeReclaimPolicy'], 'The volume changes its reclaim policy'),
  ];
}

function classTexts(before: Data, after: Data): readonly string[] {
  return [
    ...differText(before, after, ['provisioner'], 'The storage class changes its provisioner'),
    ...differText(before, after, ['reclaimPolicy'], 'The storage class changes its reclaim policy'),
  ];
}

function templateTexts(before: Data, after: Data): readonly string[] {
  const templates = itemsAt(after, 'spec', 'volumeClaimTemplates');
  return itemsAt(before, 'spec', 'volumeClaimTemplates').flatMap((one) => {
    const name = textAt(one, 'metadata', 'name') ?? '';
    const other = templates.find((it) => textAt(it, 'metadata', 'name') === name);
    const who = `The claim template ${shortText(name)}`;
    return other === undefined ? [`${who} is removed.`] : claimTexts(one, other, who);
  });
}

function differText(before: Data, after: Data, path: readonly string[], what: string): readonly string[] {
  const [one, other] = [textAt(before, ...path), textAt(after, ...path)];
  return one === other
    ? []
    : [`${what} from ${shortText(one ?? 'the default')} to ${shortText(other ?? 'the default')}.`];
}

function shrunkText(before: Side, after: Side, who: string): readonly string[] {
  const [one, other] = [quantityOf(before), quantityOf(after)];
  if (one === undefined || other === undefined || other >= one) return [];
  return [`${who} shrinks from ${shortText(String(before))} to ${shortText(String(after))}.`];
}

const suffixes: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ...['n', 'u', 'm'].map((it, index) => [it, 1000 ** (index - 3)] as const),
  ...['k', 'M', 'G', 'T', 'P', 'E'].map((it, index) => [it, 1000 ** (index + 1)] as const),
  ...['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((it, index) => [it, 1024 ** (index + 1)] as const),
]);

/** @returns The number of bytes: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity */
function quantityOf(value: Side): number | undefined {
  if (typeof value === 'number') return value;
  const [, digits, suffix = ''] =
    /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]?i?)$/.exec(typeof value === 'string' ? value : '') ?? [];
  const unit = suffixes.get(suffix);
  return digits === undefined || unit === undefined ? undefined : Number(digits) * unit;
}
