import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { createEvaluator } from '../../../src/adapters/worker/evaluator.ts';
import { diffManifests } from '../../../src/core/diff/manifest-diff.ts';
import { type PreviewInput, previewVersion } from '../../../src/core/localization/preview.ts';
import type { RenderInput } from '../../../src/core/template/template-set.ts';
import { templateSet } from '../../builders/render-input.ts';

const input = (expression: string): RenderInput => ({
  set: templateSet({
    'set.yaml':
      'version: 1\nkinds: [v1/ConfigMap]\nvalues: values.yaml\nfiles: [{ template: a.yaml, folder: components, path: a.yaml }]\n',
    'a.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: b }\ndata:\n  a: '$\{{ ${expression} }}'\n`,
    'values.yaml': 'a: 1\n',
  }),
  variables: { name: 'x', many: Array.from({ length: 200 }, (_, index) => index) },
  folders: { components: 'c', kustomizations: undefined },
});

const endless = 'string(many.all(a, many.all(b, many.all(c, many.all(d, a + b + c + d >= 0)))))';
const growing = '[many].map(m, m.map(a, m.map(b, m.map(c, m.map(d, "%d%d%d%d".format([a, b, c, d]))))))';

/** A component version with this schema, and people who set one value. */
const previewed = (schema: string): PreviewInput => ({
  after: [
    {
      kind: 'rules',
      names: { manifests: 'manifests', config: 'config' },
      config: {
        kind: 'read',
        text: `apiVersion: config.ocm.software/v1alpha1\nkind: ConfigData\nconfiguration:\n  defaults: { replicas: 1 }\n  schema: ${schema}\n`,
      },
      manifests: { kind: 'read', names: [] },
      resources: [],
    },
  ],
  values: { path: 'values.yaml', application: 'x', before: undefined, after: 'x:\n  replicas: 2\n', unreadable: false },
});

describe('in the thread', () => {
  const evaluator = createEvaluator({ timeoutSeconds: 30 });
  afterAll(() => evaluator[Symbol.asyncDispose]());

  test('a set is rendered', async () => {
    const { files, initialValues } = await evaluator.render(input('name'));
    expect([...files]).toEqual([['c/a.yaml', expect.stringContaining('a: x\n')]]);
    expect(initialValues).toEqual({ a: 1 });
  });

  test('renders that are asked for at once are all answered, each with its own', async () => {
    const names = ['one', 'two', 'three', 'four'];
    const rendered = await Promise.all(names.map((it) => evaluator.render(input(`"${it}"`))));
    expect(rendered.map(({ files }) => /a: (\w+)\n/.exec(files.get('c/a.yaml') ?? '')?.[1])).toEqual(names);
  });

  test('manifests are compared, as without a thread', async () => {
    const manifest = (value: string) =>
      new Map([['a.yaml', `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { a: ${value} }\n`]]);
    const [before, after] = [manifest('x'), manifest('y')];
    expect(await evaluator.compare(before, after)).toEqual(diffManifests(before, after));
    expect(diffManifests(before, after).objects).toHaveLength(1);
  });

  test('a version is previewed, as without a thread', async () => {
    const input = previewed('{ type: object, properties: { replicas: { type: string } } }');
    const preview = await evaluator.preview(input);
    expect(preview).toEqual(previewVersion(input));
    expect(preview.values.advice).toMatchObject([{ kind: 'coerced', parameter: 'replicas' }]);
  });

  test('a failure of one finding has its place and remedy', async () => {
    await expect(evaluator.render(input('nothing'))).rejects.toMatchObject({
      place: { file: 'a.yaml', line: 5, column: 6 },
      remedy: expect.stringContaining('Use one of the variables name, many, folders'),
      findings: [],
    });
  });

  test('a failure crosses the border whole, and the next render is good', async () => {
    const { set, ...rest } = input('nothing');
    const broken = { ...rest, set: templateSet({ ...textsOf(set), 'unused.yaml': 'a: 1\n' }) };
    await expect(evaluator.render(broken)).rejects.toMatchObject({
      name: 'Failure',
      code: 'template',
      exitCode: 2,
      message: 'the template set test has 2 mistakes',
      remedy: 'Correct the places below.',
      findings: [
        { place: { file: 'unused.yaml' }, message: expect.stringContaining('unused.yaml') },
        { place: { file: 'a.yaml', line: 5, column: 6 }, message: expect.stringContaining('nothing') },
      ],
    });
    await expect(evaluator.render(input('name'))).resolves.toBeDefined();
  });
});

const textsOf = ({ files }: RenderInput['set']) =>
  Object.fromEntries([...files].map(([name, { text }]) => [name, text]));

test('an expression that never ends is ended, told with its place, and the next render gets a new thread', async () => {
  await using evaluator = createEvaluator({ timeoutSeconds: 1 });
  const rendering = evaluator.render(input(endless));
  const next = evaluator.render(input('name'));
  await expect(rendering).rejects.toMatchObject({
    code: 'template',
    message: expect.stringMatching(/took more than 1 s and was stopped at \$\{\{ string\(many/),
    place: { file: 'a.yaml', line: 5, column: 6 },
    remedy: expect.stringContaining('Simplify'),
  });
  await expect(next).resolves.toBeDefined();
});

test('a schema that takes for ever is ended, and the next preview is good', { timeout: 20_000 }, async () => {
  await using evaluator = createEvaluator({ timeoutSeconds: 1 });
  const levels = Array.from({ length: 40 }, (_, level) => {
    const next = `{ $ref: "#/definitions/l${level + 1}" }`;
    return `l${level}: { anyOf: [${next}, ${next}] }`;
  });
  const hostile = `{ $ref: "#/definitions/l0", definitions: { ${levels.join(', ')}, l40: { type: string } } }`;
  await expect(evaluator.preview(previewed(hostile))).rejects.toMatchObject({
    code: 'content',
    message: expect.stringMatching(/^Working it out took more than .* and was stopped\.$/),
  });
  await expect(evaluator.preview(previewed('{}'))).resolves.toMatchObject({ notes: [] });
});

test('an expression that grows without bound does no harm', { timeout: 60_000 }, async () => {
  await using evaluator = createEvaluator({ timeoutSeconds: 60, memoryMegabytes: 32 });
  await expect(evaluator.render(input(growing))).rejects.toMatchObject({
    code: 'template',
    message: expect.stringMatching(/took more than 32 MiB of memory and was stopped/),
  });
  await expect(evaluator.render(input('name'))).resolves.toBeDefined();
});

test('disposing of it ends the thread, whatever it does', async () => {
  const evaluator = createEvaluator({ timeoutSeconds: 60 });
  await evaluator.render(input('name'));
  const rendering = expect(evaluator.render(input(endless))).rejects.toThrow('has ended');
  await new Promise((resolve) => setTimeout(resolve, 50));
  await evaluator[Symbol.asyncDispose]();
  await rendering;
  await expect(evaluator.render(input('name'))).rejects.toThrow('disposed');
});

test('a program that forgets to dispose of it ends when its work is done', () => {
  const adapter = fileURLToPath(new URL('../../../src/adapters/worker/evaluator.ts', import.meta.url));
  const program = `
    import { createEvaluator } from ${JSON.stringify(adapter)};
    const file = (text) => ({ text, source: 'x' });
    const set = 'version: 1\\nkinds: [v1/ConfigMap]\\nfiles: [{ template: a.yaml, folder: components, path: a.yaml }]\\n';
    const object = 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: { name: a, namespace: b }\\n';
    const files = new Map([['set.yaml', file(set)], ['a.yaml', file(object)]]);
    const folders = { components: 'c', kustomizations: undefined };
    const { files: rendered } = await createEvaluator().render({ set: { name: 'x', files }, variables: {}, folders });
    console.log([...rendered.keys()].join());`;
  const { stdout, status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    timeout: 15_000,
  });
  expect({ stdout, status, stderr }).toEqual({ stdout: 'c/a.yaml\n', status: 0, stderr: '' });
});

test.skipIf(!existsSync('/proc/self/task'))(
  'a thread that has nothing to do ends, and the next render gets another',
  () => {
    const adapter = fileURLToPath(new URL('../../../src/adapters/worker/evaluator.ts', import.meta.url));
    const program = `
    import { readdirSync } from 'node:fs';
    import { setTimeout } from 'node:timers/promises';
    import { createEvaluator } from ${JSON.stringify(adapter)};
    const threads = () => readdirSync('/proc/self/task').length;
    const set = ${JSON.stringify({ ...input('name'), set: undefined })};
    const files = new Map(${JSON.stringify([...input('name').set.files])});
    const evaluator = createEvaluator({ timeoutSeconds: 30, idleSeconds: 0.05 });
    const render = () => evaluator.render({ ...set, set: { ...${JSON.stringify({ ...input('name').set, files: undefined })}, files } });
    await render();
    const working = threads();
    for (let tries = 0; threads() >= working && tries < 500; tries++) await setTimeout(10);
    const idle = threads();
    await render();
    console.log(JSON.stringify({ ended: idle < working, again: threads() > idle }));
  `;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    expect(stdout, stderr).toBe('{"ended":true,"again":true}\n');
  },
);
