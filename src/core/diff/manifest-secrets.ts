import { canonicalText, type Data, type DataMap, isDataMap } from './manifest-data.ts';

/** kubectl keeps a whole copy of what it applied here, values of a Secret included. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** What of a Secret is shown; everything else of it may be its content, also a misspelt field. */
const shown: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'type', 'immutable']);

/** Replaces what nobody may read in a pull request before anything else sees it. The keys of a Secret's data stay. */
export function hideSecrets(object: DataMap): DataMap {
  const result = new Map<string, Data>(object);
  const metadata = object.get('metadata');
  if (isDataMap(metadata)) result.set('metadata', hideLastApplied(metadata));
  if (object.get('kind') !== 'Secret') return result;
  for (const [key, value] of object) {
    if (!shown.has(key)) result.set(key, hideValues(value));
  }
  return result;
}

function hideLastApplied(metadata: DataMap): DataMap {
  const annotations = metadata.get('annotations');
  const value = isDataMap(annotations) ? annotations.get(lastApplied) : undefined;
  if (!isDataMap(annotations) || value === undefined) return metadata;
  return new Map(metadata).set('annotations', new Map(annotations).set(lastApplied, hide(value)));
}

function hideValues(value: Data): Data {
  return isDataMap(value) ? new Map([...value].map(([key, it]) => [key, hide(it)])) : hide(value);
}

const hide = (value: Data): Data => ({ hidden: canonicalText(value) });
