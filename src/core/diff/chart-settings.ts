import { type Data, type DataMap, dataAt, isDataMap, textAt } from './manifest-data.ts';
import type { ManifestObject, ManifestReader, ManifestSide } from './manifest-objects.ts';
import { readYaml } from './manifest-yaml.ts';

/** What is compared of a Helm chart. */
export interface ChartTexts {
  /** Of the resource that it is. */
  readonly place: string;
  /** Of `Chart.yaml`. */
  readonly chart: string;
  /** Of `values.yaml`, which a chart need not have. */
  readonly values: string;
}

/** What of `Chart.yaml` says which software it is; the rest is for people who look for charts. */
const ofInterest = ['version', 'appVersion', 'dependencies'];

/**
 * Adds the settings of charts to the objects of one side: `chart podinfo` and `chart podinfo values`. A chart that cannot be read is left
 * out, for nothing else of it is compared either.
 */
export function withCharts(side: ManifestSide, charts: readonly ChartTexts[], reader: ManifestReader): ManifestSide {
  const objects = new Map(side.objects);
  const unread = new Set(side.unread);
  for (const { place, chart, values } of charts) {
    const [head, settings] = [readSettings(chart, reader), readSettings(values, reader)];
    const name = textAt(head, 'name') ?? place;
    const kept = head && new Map(ofInterest.flatMap((key) => entryOf(head, key)));
    for (const [file, content, title] of [
      ['Chart.yaml', kept, name],
      ['values.yaml', settings, `${name} values`],
    ] as const) {
      const path = pathOf(place, file);
      if (content) objects.set(path, objectOf(title, content, path));
      else unread.add(path);
    }
  }
  return { ...side, objects, unread };
}

/** Keys of objects of Kubernetes have four parts, and paths of their files no such beginning. */
const pathOf = (place: string, file: string): string => JSON.stringify(['chart', place, file]);

function objectOf(name: string, content: DataMap, path: string): ManifestObject {
  const object = { apiVersion: '', kind: 'chart', namespace: undefined, name };
  return { object, group: '', content, path };
}

/** Helm reads the first document. An empty file has no settings. */
function readSettings(text: string, { budget }: ManifestReader): DataMap | undefined {
  const reading = readYaml(text, budget);
  if (reading.kind === 'unreadable') return undefined;
  const data = reading.documents[0] ?? null;
  if (data === null) return new Map();
  return isDataMap(data) ? data : undefined;
}

function entryOf(data: DataMap, key: string): readonly (readonly [string, Data])[] {
  const value = dataAt(data, key);
  return value === undefined ? [] : [[key, value]];
}
