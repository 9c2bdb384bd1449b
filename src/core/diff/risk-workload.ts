import { type Data, dataAt, isDataList, isDataMap, itemsAt, textAt, textsAt } from './manifest-data.ts';
import { shortText } from './manifest-text.ts';
import type { ImageJudge } from './own-images.ts';
import { isOfKind, newIn, type ObjectPair, podPaths, type Risk } from './risk-kind.ts';

type Side = Data | undefined;

/** @returns Rights over the node that the pods of an object gain. */
export function privilegedRisks({ before, after }: ObjectPair): readonly Risk[] {
  return newIn(powersOf(before), powersOf(after)).map((power) => ({ kind: 'privileged', detail: `${power}.` }));
}

function podsOf(object: Side): readonly Data[] {
  return podPaths
    .map((path) => dataAt(object, ...path))
    .filter((it) => it !== undefined)
    .filter((it) => isDataList(dataAt(it, 'containers')));
}

function containersOf(pod: Side): readonly Data[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) => itemsAt(pod, key));
}

/** What a pod may do beyond its own container, one clause each. */
function powersOf(object: Side): readonly string[] {
  return podsOf(object).flatMap((pod) => [
    ...podPowers(pod),
    ...securityPowers(dataAt(pod, 'securityContext'), 'The pod'),
    ...containersOf(pod).flatMap((it) =>
      securityPowers(dataAt(it, 'securityContext'), `Container ${shortText(textAt(it, 'name') ?? '')}`),
    ),
  ]);
}

const hostFlags: readonly (readonly [string, string])[] = [
  ['hostNetwork', "The pod uses the node's network"],
  ['hostPID', "The pod sees the node's processes"],
  ['hostIPC', "The pod shares the node's inter-process communication"],
];

function podPowers(pod: Side): readonly string[] {
  const paths = itemsAt(pod, 'volumes').filter((it) => isDataMap(dataAt(it, 'hostPath')));
  return [
    ...hostFlags.filter(([flag]) => dataAt(pod, flag) === true).map(([, text]) => text),
    ...paths.map((it) => `The pod mounts the path ${shortText(textAt(it, 'hostPath', 'path') ?? '')} of the node`),
  ];
}

function securityPowers(context: Side, who: string): readonly string[] {
  const when = (found: boolean, text: string) => (found ? [`${who} ${text}`] : []);
  return [
    ...when(dataAt(context, 'privileged') === true, 'runs privileged: it may do all that the node may'),
    ...when(dataAt(context, 'allowPrivilegeEscalation') === true, 'may gain more rights than it starts with'),
    ...when(dataAt(context, 'runAsUser') === 0, 'runs as root (user 0)'),
    ...when(dataAt(context, 'windowsOptions', 'hostProcess') === true, 'runs as a process of the node'),
    ...textsAt(context, 'capabilities', 'add').map((it) => `${who} has the capability ${shortText(it)}`),
  ];
}

/** @returns Changed service accounts of workloads and of Flux objects, and new service accounts. */
export function serviceAccountRisks({ object, group, before, after }: ObjectPair): readonly Risk[] {
  if (!after) return [];
  if (group === '' && object.kind === 'ServiceAccount') {
    return before ? [] : [{ kind: 'service-account', detail: 'A service account is added.' }];
  }
  if (!before) return [];
  const [one, other] = [accountOf(before), accountOf(after)];
  if (one === other) return [];
  return [{ kind: 'service-account', detail: `It acts as ${other} instead of ${one}.` }];
}

/** A pod without a name of one runs as `default`; a Flux object without one acts with the rights of its controller. */
function accountOf(object: Side): string {
  const pods = podsOf(object);
  if (pods.length === 0) {
    const name = textAt(object, 'spec', 'serviceAccountName');
    return name === undefined ? 'its controller' : `the service account ${shortText(name)}`;
  }
  const names = pods.map((it) => textAt(it, 'serviceAccountName') ?? textAt(it, 'serviceAccount') ?? 'default');
  return `the service account ${names.map(shortText).join(', ')}`;
}

/** @returns Workloads that go from some replicas to none, and autoscalers that may do so from now on. */
export function scaledToZeroRisks({ object, before, after }: ObjectPair): readonly Risk[] {
  const key = object.kind === 'HorizontalPodAutoscaler' ? 'minReplicas' : 'replicas';
  if (!before || !after || dataAt(after, 'spec', key) !== 0 || dataAt(before, 'spec', key) === 0) return [];
  const detail = key === 'replicas' ? 'It is scaled to zero: nothing of it runs.' : 'It may be scaled down to zero.';
  return [{ kind: 'scaled-to-zero', detail }];
}

/** @returns Image references that are new in the object, and neither the component's own nor replaced in the cluster. */
export function foreignImageRisks(pair: ObjectPair, images?: ImageJudge): readonly Risk[] {
  const { before, after, files } = pair;
  // What a ConfigMap calls an image may be anything, and in rules of localization it is a path.
  const isText = isOfKind(pair, '', 'ConfigMap') || isOfKind(pair, 'config.ocm.software', 'ConfigData');
  if (!images || isText) return [];
  const deployed = (side: 'before' | 'after', content: Side, file = '') =>
    imagesOf(content)
      .filter(({ keys }) => !images.isLocalized(side, { file, keys }))
      .map(({ reference }) => reference);
  return newIn(deployed('before', before, files.before), deployed('after', after, files.after))
    .filter((it) => !images.isOwn(it))
    .map((it) => ({ kind: 'foreign-image', detail: `The image ${shortText(it)} does not come from the component.` }));
}

interface FoundImage {
  readonly reference: string;
  readonly keys: readonly string[];
}

/** Every `image` that is a text, wherever it stands: custom resources have them in places of their own. */
function imagesOf(value: Side, keys: readonly string[] = []): readonly FoundImage[] {
  if (isDataList(value)) return value.flatMap((it, index) => imagesOf(it, [...keys, String(index)]));
  if (!isDataMap(value)) return [];
  return [...value].flatMap(([key, it]) =>
    key === 'image' ? imageAt(it, [...keys, key]) : imagesOf(it, [...keys, key]),
  );
}

/** An image is a reference, or in a volume a map with one. */
function imageAt(value: Data, keys: readonly string[]): readonly FoundImage[] {
  if (typeof value === 'string') return value === '' ? [] : [{ reference: value, keys }];
  const reference = textAt(value, 'reference');
  return reference === undefined ? imagesOf(value, keys) : [{ reference, keys: [...keys, 'reference'] }];
}
