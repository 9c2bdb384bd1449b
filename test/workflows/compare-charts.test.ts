import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nameText } from '../../src/core/diff/manifest-objects.ts';
import type { VersionDifference } from '../../src/core/diff/version-difference.ts';
import { describeRisk } from '../../src/core/pull-request/describe-difference.ts';
import {
  archiveOf,
  type ComparedRegistry,
  chartArtifact,
  type GivenResource,
  startComparedRegistry,
} from '../support/compared-registry.ts';

let world: ComparedRegistry;
beforeAll(async () => {
  world = await startComparedRegistry();
});
afterAll(() => world[Symbol.asyncDispose]());

const chartType = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const asBlob = (bytes: Uint8Array, given: Partial<GivenResource> = {}): GivenResource => ({
  ...{ name: 'chart', type: 'helmChart', version: '1.0', ...given },
  content: { kind: 'blob', bytes, mediaType: chartType },
});
const asArtifact = (bytes: Uint8Array): GivenResource => ({
  ...{ name: 'chart', type: 'helmChart', version: '1.0' },
  content: { kind: 'artifact', artifact: chartArtifact(bytes), path: 'team/charts/podinfo' },
});

const chartOf = (values: string, head = '', more: Readonly<Record<string, string>> = {}) =>
  archiveOf({
    'podinfo/Chart.yaml': `apiVersion: v2\nname: podinfo\n${head || 'version: 1.0.0\n'}`,
    ...(values && { 'podinfo/values.yaml': values }),
    ...more,
  });

const told = ({ manifests }: VersionDifference) =>
  manifests.objects.map(({ object, change, fields }) => [
    `${nameText(object)} ${change}`,
    ...fields.map(({ path, before, after }) => `${path}: ${before} → ${after}`),
  ]);

describe('the settings of a chart are compared field by field', () => {
  test.each([
    ['as a blob of the component', asBlob],
    ['as an OCI artifact in the registry', asArtifact],
    [
      'as a blob that only its media type tells',
      (bytes: Uint8Array) => asBlob(bytes, { type: 'imageless-executable' }),
    ],
  ])('%s', async (_, of) => {
    const before = await chartOf('replicas: 1\nservice: { port: 80 }\n');
    const after = await chartOf('service: { port: 8080 }\nreplicas: 1\ningress: true\n');
    const difference = await world.compare([of(before)], [of(after)]);
    expect(told(difference)).toEqual([
      ['chart podinfo values changed', 'service.port: 80 → 8080', 'ingress: undefined → true'],
    ]);
    expect(difference.manifests.objects.flatMap(({ risks }) => risks)).toEqual([]);
    expect(difference.unread).toEqual(new Map());
  });

  test('and its version with that of the software and of what it depends on', async () => {
    const head = (version: string, redis: string) =>
      `version: ${version}\nappVersion: ${version}\ndescription: of ${version}\n` +
      `dependencies: [{ name: redis, version: ${redis} }]\n`;
    const [before, after] = [
      await chartOf('a: 1\n', head('1.0.0', '7.0.0')),
      await chartOf('a: 1\n', head('1.1.0', '7.0.1')),
    ];
    expect(told(await world.compare([asBlob(before)], [asBlob(after)]))).toEqual([
      [
        'chart podinfo changed',
        'version: "1.0.0" → "1.1.0"',
        'appVersion: "1.0.0" → "1.1.0"',
        'dependencies[redis].version: "7.0.0" → "7.0.1"',
      ],
    ]);
  });

  test('and nothing else of it: neither templates, nor charts within it', async () => {
    const more = (value: string) => ({
      'podinfo/templates/a.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { a: ${value} }\n`,
      'podinfo/charts/redis/values.yaml': `a: ${value}\n`,
    });
    const [before, after] = [await chartOf('a: 1\n', '', more('x')), await chartOf('a: 1\n', '', more('y'))];
    const difference = await world.compare([asBlob(before)], [asBlob(after)]);
    expect(told(difference)).toEqual([]);
    // That its values are the same says nothing of its templates.
    expect(describeRisk(difference)).toContain('unknown');
  });

  test('also where only they differ, the risks of its templates are not known', async () => {
    const [before, after] = [await chartOf('a: 1\n'), await chartOf('a: 2\n')];
    const difference = await world.compare([asBlob(before)], [asBlob(after)]);
    expect(told(difference)).toHaveLength(1);
    expect(describeRisk(difference)).toContain('unknown');
  });

  test('a chart that comes or goes is one that is new or gone, at no risk', async () => {
    const chart = await chartOf('a: 1\n');
    const names = [['chart podinfo'], ['chart podinfo values']];
    const [added, removed] = [await world.compare([], [asBlob(chart)]), await world.compare([asBlob(chart)], [])];
    expect(told(added)).toEqual(names.map(([name]) => [`${name} added`]));
    expect(told(removed)).toEqual(names.map(([name]) => [`${name} removed`]));
    expect(removed.manifests.objects.flatMap(({ risks }) => risks)).toEqual([]);
  });

  test('an object in the values of a chart is no object of the cluster', async () => {
    const values = (port: number) =>
      `apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: { hostPID: ${port > 1} }\n`;
    const [before, after] = [await chartOf(values(1)), await chartOf(values(2))];
    const difference = await world.compare([asBlob(before)], [asBlob(after)]);
    expect(told(difference)).toEqual([['chart podinfo values changed', 'spec.hostPID: false → true']]);
  });
});

describe('a chart that cannot be read is told by its digest alone', () => {
  const other = () => chartOf('a: 2\n');

  test.each<[string, () => Promise<Uint8Array>]>([
    ['no archive', async () => Buffer.from('no archive')],
    ['a bomb', async () => gzipSync(Buffer.alloc(64 * 1024 * 1024))],
    ['more than 1 MiB', () => chartOf(`a: "${'x'.repeat(1024 * 1024)}"\n`)],
    ['two charts in one', () => chartOf('a: 1\n', '', { 'other/values.yaml': 'a: 3\n' })],
    ['names that lead out of it', () => chartOf('a: 1\n', '', { '../values.yaml': 'a: 3\n' })],
  ])('%s', async (_, broken) => {
    const [one, another] = [await broken(), await other()];
    for (const [before, after] of [[one, another] as const, [another, one] as const]) {
      const { manifests, unread, installedUnread } = await world.compare([asBlob(before)], [asBlob(after)]);
      expect(manifests).toMatchObject({ objects: [], unreadable: [], truncated: false });
      expect({ unread, installedUnread }).toEqual({ unread: new Map(), installedUnread: undefined });
    }
  });

  test('values that are no YAML leave its version', async () => {
    const before = await chartOf('a: 1\n', 'version: 1.0.0\n');
    const after = await chartOf('a: [\n', 'version: 1.1.0\n');
    const difference = await world.compare([asBlob(before)], [asBlob(after)]);
    expect(told(difference)).toEqual([['chart podinfo changed', 'version: "1.0.0" → "1.1.0"']]);
    expect(difference.manifests.unreadable).toEqual([]);
  });

  test('two in one place', async () => {
    const two = async (value: string) => [
      asBlob(await chartOf(`a: ${value}\n`), { extraIdentity: { part: '1' } }),
      asBlob(await chartOf(`b: ${value}\n`), { extraIdentity: { part: '2' } }),
    ];
    expect(told(await world.compare(await two('1'), await two('2')))).toEqual([]);
  });

  test('what goes beyond 2 MiB of text together', async () => {
    const large = async (value: string) =>
      Promise.all(
        ['a', 'b', 'c'].map(async (name) =>
          asBlob(await chartOf(`v: ${value}\n# ${'x'.repeat(900 * 1024)}\n`), { name }),
        ),
      );
    expect(told(await world.compare(await large('1'), await large('2')))).toHaveLength(2);
  });
});
