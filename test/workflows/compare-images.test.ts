import { afterAll, beforeAll, expect, test } from 'vitest';
import { risksOf } from '../../src/core/diff/risks.ts';
import { digestOf } from '../../src/core/digest.ts';
import {
  archiveOf,
  type ComparedRegistry,
  type GivenResource,
  imageFor,
  startComparedRegistry,
} from '../support/compared-registry.ts';

let world: ComparedRegistry;
beforeAll(async () => {
  world = await startComparedRegistry();
});
afterAll(() => world[Symbol.asyncDispose]());

const text = (name: string, bytes: string | Uint8Array): GivenResource => ({
  ...{ name, type: 'blob', content: { kind: 'blob', bytes: Buffer.from(bytes) } },
});

const app = imageFor('linux/amd64', 1);
const [manifest = Buffer.from('')] = app.manifests;

const deployment = (images: readonly string[]) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: app }
spec:
  template:
    spec:
      containers:
${images.map((it, index) => `        - { name: c${index}, image: "${it}" }`).join('\n')}
`;

const config = (rules: string) => `apiVersion: config.ocm.software/v1alpha1
kind: ConfigData
metadata: { name: config }
localization:
${rules}
configuration: { defaults: {} }
`;

const rule = (path: string, file = 'app.yaml') => `- { resource: { name: image }, file: ${file}, image: '${path}' }`;

/** A version whose workload has these images. */
async function version(images: readonly string[], rules: string): Promise<readonly GivenResource[]> {
  return [
    { name: 'image', type: 'ociImage', content: { kind: 'artifact', artifact: app, path: 'team/app' } },
    text('manifests', await archiveOf({ 'app.yaml': deployment(images) })),
    text('config', config(rules)),
  ];
}

async function foreignImages(before: readonly GivenResource[] | undefined, after: readonly GivenResource[]) {
  const { manifests } = await world.compare(before, after);
  return risksOf(manifests).map(({ kind, detail }) => `${kind} ${/^The image (\S+)/.exec(detail)?.[1]}`);
}

const path = (index: number) => `spec.template.spec.containers[${index}].image`;

test('an image is foreign that is neither localized, nor of a resource, nor in the registry', async () => {
  const images = [
    'unset',
    `far.example/app@${digestOf(manifest)}`,
    `${world.name}/other:1.0`,
    'registry.example.org/base/as-the-cluster-reaches-it:1.0',
    'evil.example/miner:1.0',
    `${world.name}-of-others/app:1.0`,
    `${world.name}/../others/app:1.0`,
  ];
  const after = await version(images, rule(path(0)));
  const foreign = [
    'foreign-image evil.example/miner:1.0',
    ...['-of-others/app:1.0', '/../others/app:1.0'].map((it) => `foreign-image ${world.name}${it}`),
  ];
  expect(await foreignImages(undefined, after)).toEqual(foreign);
  // What was there before is no news.
  const before = await version([...images.slice(0, 4), 'evil.example/miner:1.0'], rule(path(0)));
  expect(await foreignImages(before, after)).toEqual(foreign.slice(1));
  expect(await foreignImages(await version(images.slice(0, 4), rule(path(0))), after)).toEqual(foreign);
});

test('a resource is known by its address as well, with and without its digest', async () => {
  const { host } = world.registry.fake;
  const resources = await version([`${host}/far/app:1.0`, `${host}/far/app:1.0@${digestOf(manifest)}`], rule('none'));
  const [, ...rest] = resources;
  const far = {
    name: 'image',
    type: 'ociImage',
    content: { kind: 'artifact', artifact: app, path: 'far/app' },
  } as const;
  expect(await foreignImages(undefined, [far, ...rest])).toEqual([]);
  const moved = await version([`${host}/far/app:2.0`], rule('none'));
  expect(await foreignImages(undefined, [far, ...moved.slice(1)])).toEqual([`foreign-image ${host}/far/app:2.0`]);
});

test.each([
  ['the field itself', rule(path(0)), true],
  ['it in another spelling', rule('spec.template.spec.containers.[0].image'), true],
  ['it in quotes', rule('spec["template"].spec.containers[0]["image"]'), true],
  ['every item', rule('spec.template.spec.containers[].image'), true],
  ['what it stands in', rule('spec.template'), true],
  ['it in a file that is named from the top', rule(path(0), './app.yaml'), true],
  ['another item', rule(path(1)), false],
  ['another file', rule(path(0), 'other.yaml'), false],
  ['a field of it', rule(`${path(0)}.name`), false],
  ['nothing', '  []', false],
])('a rule that replaces %s', async (_, rules, isLocalized) => {
  const after = await version(['evil.example/miner:1.0'], rules);
  expect(await foreignImages(undefined, after)).toEqual(isLocalized ? [] : ['foreign-image evil.example/miner:1.0']);
});

test('a placeholder that is not replaced any more is an image that is new', async () => {
  const before = await version(['evil.example/miner:1.0', 'unset'], `${rule(path(0))}\n${rule(path(1))}`);
  const after = await version(['evil.example/miner:1.0', 'other'], rule(path(1)));
  expect(await foreignImages(before, after)).toEqual(['foreign-image evil.example/miner:1.0']);
});

test('rules that cannot be read replace nothing', async () => {
  const broken = [...(await version(['unset'], rule(path(0)))).slice(0, 2), text('config', 'kind: [')];
  expect(await foreignImages(undefined, broken)).toEqual(['foreign-image unset']);
});

test('what kro puts together of resources is their own, and of anything else not', async () => {
  const of = (image: string) => [text('rgd', deployment([image]))];
  const own = '${app.status.additional.host}/${app.status.additional.repository}@${app.status.additional.digest}';
  expect(await foreignImages(undefined, of(own))).toEqual([]);
  for (const image of ['evil.example/${app.status.additional.repository}', '${schema.spec.image}', "${'evil'}"]) {
    expect(await foreignImages(undefined, of(image))).toEqual([`foreign-image ${image}`]);
  }
});
