import { execFile } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliResult, createWorkplace, runCli, type Workplace } from '../support/cli.ts';

const execute = promisify(execFile);
const program = fileURLToPath(new URL('../../bin/consignee.js', import.meta.url));

let place: Workplace;
let told: CliResult;
let config: readonly string[];

beforeAll(async () => {
  place = await createWorkplace();
  told = await runCli(['demo', '--directory', place.path('demo')]);
  config = ['--config', place.path('demo', 'consignee.yaml')];
});

afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

async function show(path: string): Promise<string> {
  return (await execute('git', ['-C', place.path('demo/ocm-applications.git'), 'show', path])).stdout;
}

async function json(...words: readonly string[]) {
  return JSON.parse((await runCli([...words, '--output', 'json', ...config])).out);
}

describe('the demo', () => {
  test('ends well and tells every step', () => {
    expect(told.code).toBe(0);
    for (const text of [
      'VERIFIED',
      'opened pull request #1',
      'Merged #1',
      'in sync',
      'opened pull request #2',
      'refused: not verified',
    ]) {
      expect(told.out).toContain(text);
    }
  });

  test('leaves v1.0.0 merged, with every object pinned to it', async () => {
    expect(await show('main:components/podinfo/component_version.yaml')).toContain('semver: v1.0.0');
    expect(await show('main:components/podinfo/deploy.yaml')).toContain('name: podinfo-v1.0.0');
    expect(await show('main:.consignee/lock/default/podinfo.yaml')).toContain('version: "v1.0.0"');
  });

  test('leaves one pull request open, for v1.1.0, on the branch of the first', async () => {
    const { pullRequests } = await json('pull', 'list', '--all');
    expect(pullRequests).toMatchObject([
      { number: 2, state: 'open', head: 'consignee/default/podinfo', title: 'default/podinfo v1.0.0 → v1.1.0' },
      { number: 1, state: 'merged', head: 'consignee/default/podinfo', endedBy: { name: 'Ada' } },
    ]);
  });

  test('the update keeps what the person wrote in values.yaml and adds the new parameter', async () => {
    const before = await show('main:values.yaml');
    expect(before).toContain('message: "Hello Open Component Model!"');
    expect(await show('consignee/default/podinfo:values.yaml')).toBe(`${before}  logo: /static/logo.png\n`);
  });

  test('explains why the forged version is refused and what is proposed instead', async () => {
    const { installed, candidate, decision, pullRequest } = await json('explain', 'default/podinfo');
    expect({ installed, candidate }).toEqual({ installed: 'v1.0.0', candidate: 'v1.2.0' });
    expect(decision).toMatchObject({
      kind: 'refuse',
      because: 'not-verified',
      reasons: [{ code: 'signature-invalid' }],
    });
    expect(pullRequest).toMatchObject({ number: 2, state: 'open' });
  });

  test('a pass after the last one changes nothing', async () => {
    const refs = async () =>
      (await execute('git', ['-C', place.path('demo/ocm-applications.git'), 'for-each-ref'])).stdout;
    const before = await refs();
    expect((await runCli(['run', ...config])).code).toBe(3);
    expect(await refs()).toBe(before);
  });

  test('settings are explained with the file and line they come from', async () => {
    const asked = [
      ['explain', '--settings', 'default/podinfo', ...config],
      ['explain', 'default/podinfo', '--settings', ...config],
    ];
    for (const words of asked) {
      const { out, code } = await runCli(words);
      expect(code).toBe(0);
      expect(out).toMatch(/registry +top +\.consignee\/config\.yaml:2:1 +"gitea\.ocm\.dev\/software-consumer"/);
    }
  });

  test('a plan marks what is changed, what is new, and what is noted', async () => {
    expect(told.out).toMatch(/^ {4}\+ components\/podinfo\/deploy\.yaml$/m);
    const { out } = await runCli(['plan', ...config]);
    expect(out).toContain('refused');
  });

  test('what a merged pull request changed can still be shown', async () => {
    const { out, code } = await runCli(['pull', 'diff', '1', ...config]);
    expect(code).toBe(0);
    expect(out).toContain('+++ b/components/podinfo/deploy.yaml');
    expect(out).not.toContain('values.yaml\n+  message');
    expect(out).not.toMatch(/^index /m);
    expect((await runCli(['pull', 'diff', '2', ...config])).out).toContain('+  logo: /static/logo.png');
  });

  test('merging what is merged changes nothing and says so', async () => {
    const { out, code } = await runCli(['pull', 'merge', '1', '--as', 'Ada <ada@example.org>', ...config]);
    expect(code).toBe(0);
    expect(out).toMatch(/^#1 .* is merged already, into main as /);
  });

  test('explains in a few words whether the candidate is verified', async () => {
    expect((await runCli(['explain', 'default/podinfo', ...config])).out).toMatch(/^ {2}verified +no$/m);
  });

  test('lines to try can be copied: descriptions are comments', () => {
    const hints = told.out.slice(told.out.indexOf('That was it')).split('\n').slice(2);
    for (const line of hints.filter((it) => it !== ''))
      expect(line).toMatch(/^ {2}(?:cd|alias|consignee|git) [^#]*(?:# .*)?$/);
    expect(told.out).toContain(`alias consignee='node ${program}'`);
  });

  test('the launcher in a checkout without dependencies says what to do', async () => {
    await cp(dirname(program), place.path('fresh/bin'), { recursive: true });
    const failed = await execute(process.execPath, [place.path('fresh/bin/consignee.js')]).catch((error) => error);
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toMatch(/Run "npm ci" in .*fresh.* first\.\n$/);
    expect(failed.stderr).not.toContain('    at ');
  });

  test('a second demo begins afresh, and deletes nothing that it did not make', async () => {
    await place.write({ 'precious/file': 'keep me' });
    const refused = await runCli(['demo', '--directory', place.path('precious')]);
    expect(refused.code).toBe(2);
    expect(await readFile(place.path('precious/file'), 'utf8')).toBe('keep me');
  });

  test('the launcher works from any folder and shell, and explains settings as the design writes it', async () => {
    const words = [program, 'explain', '--config', 'default/podinfo', '--output', 'json'];
    const { stdout } = await execute(process.execPath, words, { cwd: place.path('demo') });
    expect(JSON.parse(stdout).settings).toContainEqual(
      expect.objectContaining({ setting: 'versions', value: '>=1.0.0' }),
    );
  });

  test('the pull request says what runs differently, the proof, and who acts, in its first lines', async () => {
    const { body } = await json('pull', 'show', '2');
    const lines = body.split('\n').filter((line: string) => line !== '');
    expect(lines.slice(1, 6).join('\n')).toMatch(
      /v1\.0\.0 → v1\.1\.0.*\n\*\*Changes\*\*.*`logo`.*\n\*\*Risk\*\* none.*\n\*\*Proof\*\*.*ocm-signing.*\n\*\*Next\*\* a person/,
    );
    const part = (title: string) =>
      body.split(`<summary>${title}</summary>`)[1].split('</details>')[0].trim().split('\n');
    expect(part('Changes in the component').slice(2)).toEqual([
      '| resource `image` | `6.3.5-static a2d16f03349a` | `6.3.6-static d3daaf7ac9e1` | content, version |',
      '| resource `chart` | `6.3.5 56072ea390c4` | `6.3.6 81faa02fffdb` | content, version |',
      '| resource `manifests` | `v1.0.0 3f71a421c764` | `v1.1.0 9d4bf64dd33e` | content, version |',
      '| resource `config` | `v1.0.0 d1a93fec1608` | `v1.1.0 bff3372be029` | content, version |',
    ]);
    expect(part('Changes to manifests and settings')).toContain(
      '|  | `configuration.defaults.logo` |  | `"/static/logo.png"` |',
    );
    expect(part('Changes to manifests and settings').at(-1)).toBe(
      '|  | `spec.chart.spec.version` | `"6.3.5"` | `"6.3.6"` |',
    );
    expect(body).not.toContain('.consignee/lock');
    const withoutHead = (title: string) => part(title).slice(2);
    expect(withoutHead('Values in the manifests')).toEqual([
      '| `helm_release.yaml` `spec.values.replicaCount` | `1` | `2` |',
      '| `helm_release.yaml` `spec.values.ui.message` | `podinfo` | `Hello Open Component Model!` |',
      '| `helm_release.yaml` `spec.values.serviceAccount.name` | `default` | `ocm-ops` |',
      '| `helm_release.yaml` `spec.values.ui.logo` | `/static/logo.png` | **new** `/static/logo.png` |',
    ]);
    expect(withoutHead('Advice on values').slice(0, 2)).toEqual([
      '| `logo` | new | `/static/logo.png` by default |',
      '| `replicas` | other type | is a whole number, where the schema has a text |',
    ]);
    const images = withoutHead('Images after localization').join('\n');
    for (const [name, was] of [
      ['image', 'a2d16f03349a'],
      ['chart', '56072ea390c4'],
    ])
      expect(images).toMatch(new RegExp(`resource \`${name}\` \\| \`sha256:[0-9a-f]{64}\`, was \`${was}\``));
  });
});
