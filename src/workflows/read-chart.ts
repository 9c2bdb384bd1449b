import { gunzipBytes } from '../core/archive/gunzip.ts';
import { readAll, readTar } from '../core/archive/tar.ts';
import type { ContentDescriptor } from '../core/component/oci-manifest.ts';
import type { ChartTexts } from '../core/diff/chart-settings.ts';
import { Refusal } from '../core/trust/reason.ts';
import { textOf } from './read-component-texts.ts';

/** @see https://helm.sh/docs/topics/registries, "Helm chart manifest" */
export const chartContentType = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

/** Packed and unpacked. */
export const maxChartBytes = 1024 * 1024;
const maxFiles = 500;

/** @returns The layer of an OCI artifact that holds a chart. */
export function findChartLayer(layers: readonly ContentDescriptor[]): ContentDescriptor | undefined {
  return layers.find(({ mediaType }) => mediaType === chartContentType);
}

/**
 * Unpacks the settings of a Helm chart, and nothing else of it: those of charts within it stand further down.
 *
 * @throws {Refusal} When it is no archive, or too large.
 */
export async function readChart(packed: Uint8Array, place: string): Promise<ChartTexts> {
  const texts = new Map<string, string>();
  const bytes = gunzipBytes(packed, maxChartBytes);
  for await (const { name, content } of readTar([bytes], { maxEntries: maxFiles })) {
    const [, file] = /^[^/]+\/(Chart|values)\.yaml$/.exec(name) ?? [];
    if (!file) continue;
    if (texts.has(file)) throw new Refusal('malformed', `the chart has two files ${file}.yaml`);
    texts.set(file, textOf(await readAll(content, maxChartBytes, name)));
  }
  return { place, chart: texts.get('Chart') ?? '', values: texts.get('values') ?? '' };
}
