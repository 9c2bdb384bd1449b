import { readAll } from '../core/archive/tar.ts';
import { readAccess } from '../core/component/access.ts';
import type { Resource } from '../core/component/component-descriptor.ts';
import type { ChartTexts } from '../core/diff/chart-settings.ts';
import type { ContentFacts } from '../core/diff/content-facts.ts';
import { Failure } from '../core/failure.ts';
import { mapLimited } from '../core/map-limited.ts';
import { Refusal } from '../core/trust/reason.ts';
import type { ComponentRepository } from '../ports/component-repository.ts';
import type { DifferingPlace, PlacedResource } from './differing-resources.ts';
import { inspectArtifact } from './inspect-artifact.ts';
import { isArtifact, openArtifact } from './open-artifact.ts';
import { chartContentType, findChartLayer, maxChartBytes, readChart } from './read-chart.ts';
import { isStoredUnderItsDigest } from './read-component-texts.ts';

/** What is told of the contents of one version, beside texts. */
export interface ReadContents {
  readonly facts: ReadonlyMap<Resource, ContentFacts>;
  readonly charts: readonly ChartTexts[];
}

/** Of one component version with all that it refers to. */
const maxImages = 20;
const maxCharts = 50;

/** Artifacts that are read at the same time: an archive of one is held in memory. */
const concurrency = 2;

/** @returns The resources of one side whose contents the other one does not have in the same place. */
export function differingOn(side: 'before' | 'after', places: readonly DifferingPlace[]): readonly PlacedResource[] {
  return places.flatMap(({ [side]: own, [side === 'before' ? 'after' : 'before']: others }) => {
    const known = new Set(others.map(({ resource }) => resource.digest?.value));
    return own.filter(({ resource: { digest } }) => digest === undefined || !known.has(digest.value));
  });
}

/**
 * Reads platforms and sizes of images, and the settings of charts. Never fails for what it reads: it is left out, and the digests tell
 * that it differs.
 *
 * @throws {Failure} `registry-changed`
 */
export async function readContents(
  repository: ComponentRepository,
  resources: readonly PlacedResource[],
): Promise<ReadContents> {
  const charts = resources.filter(({ resource }) => mayBeChart(resource)).slice(0, maxCharts);
  const images = resources.filter(({ resource }) => !mayBeChart(resource) && isArtifact(resource)).slice(0, maxImages);
  const read = new Map(
    await mapLimited([...images, ...charts], concurrency, async (it) => [it, await readOne(repository, it)] as const),
  );
  const facts = new Map<Resource, ContentFacts>();
  for (const it of resources) {
    const found = read.get(it)?.facts ?? blobFacts(it);
    if (found) facts.set(it.resource, found);
  }
  return { facts, charts: [...read.values()].flatMap(({ chart }) => chart ?? []) };
}

export interface Charts {
  readonly before: readonly ChartTexts[];
  readonly after: readonly ChartTexts[];
}

/**
 * @param left How many characters may still be compared on each side.
 * @returns Charts that are known on both sides, and those that come or go: what could not be read is neither.
 */
export function pairCharts(
  places: readonly DifferingPlace[],
  read: Charts,
  left: { readonly before: number; readonly after: number },
): Charts {
  const [then, now] = [byPlace(read.before), byPlace(read.after)];
  const room = { ...left };
  const paired = places
    .map(({ place, ...sides }) => ({ sides, before: then.get(place) ?? [], after: now.get(place) ?? [] }))
    .filter(({ sides, before, after }) => sides.before.length === before.length && sides.after.length === after.length)
    .filter(({ before, after }) => before.length < 2 && after.length < 2)
    .filter(({ before, after }) => {
      room.before -= lengthOf(before);
      room.after -= lengthOf(after);
      return room.before >= 0 && room.after >= 0;
    });
  return { before: paired.flatMap(({ before }) => before), after: paired.flatMap(({ after }) => after) };
}

const byPlace = (charts: readonly ChartTexts[]) => Map.groupBy(charts, ({ place }) => place);

const lengthOf = (charts: readonly ChartTexts[]): number =>
  charts.reduce((sum, { chart, values }) => sum + chart.length + values.length, 0);

const mayBeChart = ({ type, access }: Resource): boolean => {
  const target = readAccess(access);
  return /^helmChart(?:\/v\d\w*)?$/i.test(type) || (target.kind === 'local' && target.mediaType === chartContentType);
};

const blobFacts = ({ size }: PlacedResource): ContentFacts | undefined =>
  size === undefined ? undefined : { kind: 'blob', platforms: [], size };

interface ReadOne {
  readonly facts?: ContentFacts;
  readonly chart?: ChartTexts;
}

async function readOne(repository: ComponentRepository, placed: PlacedResource): Promise<ReadOne> {
  try {
    return isArtifact(placed.resource) ? await readArtifact(repository, placed) : await readBlob(repository, placed);
  } catch (error) {
    const isExpected = error instanceof Refusal || (error instanceof Failure && error.code !== 'registry-changed');
    if (isExpected) return {};
    throw error;
  }
}

async function readArtifact(repository: ComponentRepository, placed: PlacedResource): Promise<ReadOne> {
  const artifact = await openArtifact(repository, placed);
  const inspected = artifact && (await inspectArtifact(artifact));
  if (!artifact || !inspected) return {};
  const { facts, layers } = inspected;
  const layer = findChartLayer(layers);
  const bytes = layer && (await artifact.read({ digest: layer.digest, kind: 'blob', maxBytes: maxChartBytes }));
  const chart = bytes && (await chartOf(bytes, placed));
  return { facts, ...(chart && { chart }) };
}

async function readBlob(repository: ComponentRepository, placed: PlacedResource): Promise<ReadOne> {
  const { component, resource } = placed;
  const target = readAccess(resource.access);
  const [digest] = target.kind === 'local' && isStoredUnderItsDigest(resource) ? target.digests : [];
  if (!digest) return {};
  const bytes = await readAll(repository.stream(component, digest), maxChartBytes, `resource ${resource.name}`);
  const chart = await chartOf(bytes, placed);
  return chart ? { chart } : {};
}

/** A chart that is broken is an artifact all the same. */
async function chartOf(bytes: Uint8Array, { place }: PlacedResource): Promise<ChartTexts | undefined> {
  try {
    return await readChart(bytes, place);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
