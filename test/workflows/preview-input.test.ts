import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { openArchive } from '../../src/adapters/ctf/open-archive.ts';
import { createArchiveWriter } from '../../src/adapters/ctf/write-archive.ts';
import { createEvaluator } from '../../src/adapters/worker/evaluator.ts';
import type { Target } from '../../src/core/controllers/target.ts';
import { digestOf } from '../../src/core/digest.ts';
import { outcomeText } from '../../src/core/localization/placement.ts';
import type { Preview } from '../../src/core/localization/preview.ts';
import type { ComponentRepository } from '../../src/ports/component-repository.ts';
import { collectComponentVersion } from '../../src/workflows/collect-component-version.ts';
import { compareVersions } from '../../src/workflows/compare-versions.ts';
import { componentName, descriptorData, genericDigest, publishable } from '../builders/component-version.ts';
import { casePath } from '../support/ocm-cases.ts';
import { lockOf, subjectOf } from '../support/version-comparison.ts';

const evaluator = createEvaluator({ timeoutSeconds: 60 });
afterAll(() => evaluator[Symbol.asyncDispose]());

const log = { warn: () => {} };

interface Compared {
  readonly open: () => Promise<ComponentRepository>;
  readonly component: string;
  readonly from?: string;
  readonly to: string;
  /** The values file on the base branch, and as proposed. */
  readonly values?: readonly [before?: string, after?: string];
  readonly target?: Target;
}

async function previewOf({ open, component: name, from, to, values = [], target }: Compared): Promise<Preview> {
  const component = componentName(name);
  const repository = await open();
  const installed = from === undefined ? undefined : await lockOf(repository, from, component);
  const collected = await collectComponentVersion(repository, { component, version: to });
  const usual = subjectOf(collected, ...values);
  const subject = async () => ({ ...(await usual()), ...(target && { target }) });
  return (await compareVersions({ evaluator, log, open, installed, collected, subject })).preview;
}

const podinfo = {
  component: 'ocm.software/demos/podinfo',
  from: 'v1.0.0',
  to: 'v1.1.0',
  values: [
    'podinfo:\n  replicas: 1\n  message: "Hello from podinfo"\n  serviceAccountName: ocm-ops\n',
    'podinfo:\n  replicas: 1\n  message: "Hello from podinfo"\n  serviceAccountName: ocm-ops\n  logo: /static/logo.png\n',
  ],
} as const;

/** The dump of a registry into which the first command line has transferred by value. */
const registry = 'registry.consumer.test/software-consumer';
const openConsumer = () => openArchive(casePath('consumer/podinfo-v2'), 'software-consumer', registry);

describe('podinfo of the walkthrough, from v1.0.0 to v1.1.0', () => {
  const digests = {
    image: 'sha256:d3daaf7ac9e1d5c2d096187b7940161b72a6da378909577557b97d838841fe4a',
    chart: 'sha256:81faa02fffdbc84c48a77a6da5820766bb8d85bb8e682a95644fdaaabbb2488d',
  };

  test('in a registry: image and chart have new digests, each signed and present, and the chart gets one for a version', async () => {
    const { images, notes } = await previewOf({ ...podinfo, open: openConsumer });
    expect(images.map(({ change, after }) => [change, after?.image?.resource, after?.path, text(after)])).toEqual([
      ['changed', 'image', 'spec.values.image.repository', 'software-consumer/software-provider/podinfo'],
      ['changed', 'image', 'spec.values.image.tag', digests.image],
      ['changed', 'chart', 'spec.chart.spec.version', digests.chart],
      ['same', undefined, 'spec.url', 'computed in the cluster (CUE)'],
    ]);
    for (const { after } of images.slice(0, 3)) {
      const signedDigest = after?.image?.resource === 'chart' ? digests.chart : digests.image;
      expect(after?.image).toMatchObject({ signedDigest, proof: 'content', pinned: 'signed' });
      expect(after?.image?.reference).toMatch(new RegExp(`^${registry}/.+@${signedDigest}$`));
    }
    expect(notes).toEqual([]);
  });

  test('what people set comes to the same, and the new parameter to its default', async () => {
    const { settings, values } = await previewOf({ ...podinfo, open: openConsumer });
    expect(settings.map(({ change, after }) => [change, after?.path, text(after)])).toEqual([
      ['same', 'spec.values.replicaCount', '1'],
      ['same', 'spec.values.ui.message', 'Hello from podinfo'],
      ['same', 'spec.values.serviceAccount.name', 'ocm-ops'],
      ['added', 'spec.values.ui.logo', '/static/logo.png'],
    ]);
    expect(settings[1]?.after?.byDefault).toEqual({ kind: 'value', value: 'podinfo' });
    expect(values.notes).toEqual([]);
    expect(values.advice.map(({ kind, parameter }) => `${kind} ${parameter}`)).toEqual([
      'new logo',
      'coerced replicas',
    ]);
  });

  test('as it is installed anew, nothing changes', async () => {
    const { images, settings, values } = await previewOf({ ...podinfo, open: openConsumer, from: 'v1.1.0' });
    // Only what people's values gain.
    expect(new Set(images.map(({ change }) => change))).toEqual(new Set(['same']));
    expect(settings.map(({ change }) => change)).toEqual(['same', 'same', 'same', 'same']);
    expect(values.advice.map(({ kind }) => kind)).toEqual(['coerced']);
  });

  test('in an archive, images lie inside the component version and have no address', async () => {
    const open = () => openArchive(casePath('podinfo/v2/by-value'), '');
    const { images } = await previewOf({ ...podinfo, open });
    expect(images.map(({ after }) => after?.outcome.kind)).toEqual([
      'no-address',
      'no-address',
      'no-address',
      'computed',
    ]);
    // Their content is another one all the same.
    expect(images.map(({ change }) => change)).toEqual(['changed', 'changed', 'changed', 'same']);
    expect(images[0]?.after?.image).toMatchObject({ signedDigest: digests.image, proof: 'content' });
  });
});

const text = (of: Preview['images'][number]['after'] | Preview['settings'][number]['after']) =>
  of && outcomeText(of.outcome);

interface Given {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mediaType?: string;
}

/** What is said of a first version that brings these resources. */
async function previewGiven(given: readonly Given[], target?: Target): Promise<Preview> {
  const path = await mkdtemp(join(tmpdir(), 'consignee-test-'));
  try {
    const note = Buffer.from('note');
    const resources = given.map(({ name, bytes, mediaType = 'application/octet-stream' }, index) => {
      const access = { type: 'localBlob', localReference: digestOf(bytes), mediaType };
      const identity = { name, version: 'v1.0.0', extraIdentity: { part: String(index) } };
      return { ...identity, type: 'blob', relation: 'local', access, digest: genericDigest(bytes) };
    });
    const data = descriptorData({ name: 'example.org/one', note, resources });
    const archive = join(path, 'one.ctf');
    await createArchiveWriter().add(archive, publishable(data, [note, ...given.map(({ bytes }) => bytes)]));
    const open = () => openArchive(archive, '');
    return await previewOf({ open, component: 'example.org/one', to: 'v1.0.0', ...(target && { target }) });
  } finally {
    await rm(path, { recursive: true });
  }
}

describe('what a provider brings in the place of its configuration is said in a sentence', () => {
  const none = 'What is put into the manifests cannot be told:';
  const config = (bytes: Uint8Array | string) => ({ name: 'config', bytes: Buffer.from(bytes) });
  const configData = 'apiVersion: config.ocm.software/v1alpha1\nkind: ConfigData\n';

  test.each<[string, readonly Given[], string]>([
    ['nothing', [], `${none} the component has no resource config, or several.`],
    [
      'a bomb',
      [config(gzipSync(Buffer.alloc(64 * 1024 * 1024)))],
      `${none} the resource config: the unpacked data is larger than 1048576 bytes.`,
    ],
    ['no text', [config(Buffer.from([0xff, 0xfe, 0x00]))], `${none} the resource config: it is no text in UTF-8.`],
    [
      'two of it',
      [config(configData), config(`${configData}#`)],
      `${none} the component has no resource config, or several.`,
    ],
    [
      'an OCI artifact',
      [{ ...config('x'), mediaType: 'application/vnd.oci.image.manifest.v1+tar+gzip' }],
      `${none} the resource config: it is an OCI artifact.`,
    ],
    [
      'manifests that are no archive',
      [config(configData), { name: 'manifests', bytes: Buffer.from('kind: Deployment\n') }],
      'Whether the resource manifests has the files that rules write to cannot be told: it is no archive of files, as the controller wants one.',
    ],
    [
      'long texts, of which the beginning is said elsewhere',
      [config(`${configData}localization:\n- { file: "${'x'.repeat(1000 * 1000)}", resource: { name: a }, tag: t }\n`)],
      'The component has no resource manifests that rules could write to.',
    ],
  ])('%s', async (_, given, note) => {
    expect((await previewGiven(given)).notes).toEqual([note]);
  });
});

describe('generation 2', () => {
  const target: Target = {
    ...{ generation: 2, definition: 'rgd', required: true },
    deployments: [{ resource: 'manifests', configuration: undefined, as: 'kustomize' }],
  };
  const definition = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
spec:
  resources:
  - id: one
    template:
      apiVersion: delivery.ocm.software/v1alpha1
      kind: Resource
      spec:
        resource: { byReference: { resource: { name: note } } }
        additionalStatusFields: { digest: resource.access.toOCI().digest }
`;

  test('the definition of the component tells what its objects get', async () => {
    const given = [{ name: 'rgd', bytes: Buffer.from(definition) }];
    const { images, notes } = await previewGiven(given, target);
    const note = digestOf(Buffer.from('note'));
    expect(images).toMatchObject([
      {
        change: 'added',
        after: {
          ...{ file: 'rgd', path: 'one.status.additional.digest', outcome: { kind: 'value', value: note } },
          image: {
            reference: `registry.example.org/base/component-descriptors/example.org/one@${note}`,
            ...{ signedDigest: note, proof: 'content', pinned: 'signed' },
          },
        },
      },
    ]);
    expect(notes).toEqual([]);
  });

  test('a component without a definition, and without rules, is no reason to say anything', async () => {
    const { images, notes } = await previewGiven([{ name: 'manifests', bytes: Buffer.from('kind: X\n') }], target);
    expect({ images, notes }).toEqual({ images: [], notes: [] });
  });
});
