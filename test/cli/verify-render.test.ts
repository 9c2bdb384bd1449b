import { execFile } from 'node:child_process';
import dns from 'node:dns';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createWorkplace, runCli, type Workplace } from '../support/cli.ts';
import { runGit } from '../support/git-world.ts';

const execute = promisify(execFile);
const deploy = 'components/podinfo/deploy.yaml';

let place: Workplace;
let config: readonly string[];

beforeAll(async () => {
  place = await createWorkplace();
  await runCli(['demo', '--directory', place.path('demo')]);
  config = ['--config', place.path('demo/consignee.yaml')];
}, 60_000);

afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

const verifyRender = (...words: readonly string[]) => runCli(['verify-render', ...words, ...config]);

const git = async (...words: readonly string[]) =>
  (await execute('git', ['-C', place.path('demo/ocm-applications.git'), ...words])).stdout.trim();

const oneByte = (text: string) => text.replace('podinfo', 'podinf0');

/** @returns A commit on a branch of its own in which a person changed a file. */
async function edit(path: string, branch: string, change = oneByte, mode = '100644'): Promise<string> {
  const { stdout } = await execute('git', ['-C', place.path('demo/ocm-applications.git'), 'show', `main:${path}`]);
  const content = change(stdout);
  const lines = [
    `commit refs/heads/${branch}`,
    'committer Pat <pat@example.org> 1800000000 +0000',
    'data 5',
    'Edit',
    '',
  ];
  const file = [
    'from refs/heads/main^0',
    `M ${mode} inline ${path}`,
    `data ${Buffer.byteLength(content)}`,
    content,
    '',
  ];
  await runGit(place.path('demo/ocm-applications.git'), ['fast-import', '--quiet'], [...lines, ...file].join('\n'));
  return git('rev-parse', branch);
}

describe('consignee verify-render', () => {
  test('ends with 0 and a line for what is reproduced, and touches no network and no store', async () => {
    const touched = [vi.spyOn(Socket.prototype, 'connect'), vi.spyOn(dns, 'lookup'), vi.spyOn(globalThis, 'fetch')];
    const before = await git('for-each-ref');
    await rm(place.path('demo/consignee.db'));
    const { code, out, err } = await verifyRender();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const tip = await git('rev-parse', 'main');
    expect(out).toBe(`commit ${tip}\ndefault/podinfo   v1.0.0   reproduced   7 files, byte for byte\n`);
    for (const spy of touched) expect(spy).not.toHaveBeenCalled();
    expect(await git('for-each-ref')).toBe(before);
    expect(await readdir(place.path('demo'))).not.toContain('consignee.db');
  });

  test('takes a branch, a full id or the beginning of one', async () => {
    const proposal = await git('rev-parse', 'consignee/default/podinfo');
    for (const commit of ['consignee/default/podinfo', proposal, proposal.slice(0, 8)]) {
      const { code, out } = await verifyRender('default/podinfo', '--commit', commit);
      expect({ code, out }).toEqual({
        code: 0,
        out: expect.stringContaining(`commit ${proposal}\ndefault/podinfo   v1.1.0   reproduced`),
      });
    }
  });

  test('ends with 3 and names the file, who edited it, and what to do', async () => {
    const commit = await edit(deploy, 'edited');
    const { code, out } = await verifyRender('--commit', 'edited');
    const written = await git('log', '-1', '--format=%H', 'main', '--', deploy);
    expect(code).toBe(3);
    expect(out).toContain('default/podinfo   v1.0.0   differs\n');
    expect(out).toContain(`    edited   ${deploy}   since it was rendered, last in ${commit.slice(0, 10)} by Pat\n`);
    expect(out.replace(/\s+/g, ' ')).toContain(`"git checkout ${written.slice(0, 10)} -- ${deploy}"`);
  });

  test('names a file that was only made executable', async () => {
    await edit(deploy, 'executable', (text) => text, '100755');
    expect(await git('rev-parse', `executable:${deploy}`)).toBe(await git('rev-parse', `main:${deploy}`));
    const { code, out } = await verifyRender('--commit', 'executable');
    expect({ code, out }).toEqual({ code: 3, out: expect.stringContaining(`    edited   ${deploy}   since`) });
  });

  test('prints one JSON document for programs', async () => {
    const commit = await edit(deploy, 'for-programs');
    const { code, out } = await verifyRender('--commit', 'for-programs', '--output', 'json');
    expect(code).toBe(3);
    expect(JSON.parse(out)).toEqual({
      commit,
      installations: [
        {
          ...{ environment: 'default', application: 'podinfo', version: 'v1.0.0', result: 'differs' },
          differences: [{ path: deploy, what: 'changed', detail: null, editedIn: commit }],
          ...{ reasons: [], notes: [], renderedIn: await git('log', '-1', '--format=%H', 'main', '--', deploy) },
        },
      ],
    });
  });

  test('names the lock file where what it says is refused', async () => {
    const lock = '.consignee/lock/default/podinfo.yaml';
    const text = await readFile(place.path('demo/consignee.yaml'), 'utf8');
    await place.write({ 'demo/empty.yaml': text.replace('delivery.ctf', 'none.ctf') });
    await place.write({ 'demo/none.ctf/artifact-index.json': '{"schemaVersion":1,"artifacts":[]}' });
    const { code, out } = await runCli(['verify-render', '--config', place.path('demo/empty.yaml')]);
    expect({ code, out }).toEqual({ code: 3, out: expect.stringMatching(/refused\n +version-not-found ocm/) });
    expect(out).toContain(`What ${lock} names is not proved`);
  });

  test.for([
    [['default/other'], 'There is no installation default/other.'],
    [['--commit', 'elsewhere'], 'There is no commit or branch elsewhere'],
    [['--commit', 'f'.repeat(40)], 'There is no commit or branch fff'],
  ] as const)('ends with 2 for %j', async ([words, said]) => {
    expect(await verifyRender(...words)).toMatchObject({ code: 2, err: expect.stringContaining(said) });
  });

  test('ends with 2 for the beginning of several ids, and names them', async () => {
    const ids = (await git('rev-list', '--branches')).split('\n');
    const shared = await collide(ids);
    const { code, err } = await verifyRender('--commit', shared);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(`begin with ${shared}`) });
  });

  test('takes an id for an id, whatever a branch is called', async () => {
    const tip = await git('rev-parse', 'main');
    const proposal = await git('rev-parse', 'consignee/default/podinfo');
    const short = tip.slice(0, 8);
    const branches = [tip, short, 'F'.repeat(40), 'f'.repeat(64)];
    try {
      for (const branch of branches) await git('update-ref', `refs/heads/${branch}`, proposal);
      expect((await verifyRender('--commit', tip)).out).toContain(`commit ${tip}\n`);
      const { code, err } = await verifyRender('--commit', short);
      expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(`${short} is a branch of`) });
      for (const id of branches.slice(2)) expect((await verifyRender('--commit', id)).code).toBe(2);
    } finally {
      for (const branch of branches) await git('update-ref', '-d', `refs/heads/${branch}`);
    }
  });

  test('what is asked for by name and not installed does not pass; otherwise it is only said', async () => {
    const first = await git('rev-list', '--max-parents=0', 'main');
    expect(await verifyRender('--commit', first)).toMatchObject({
      code: 0,
      out: expect.stringContaining('not installed'),
    });
    expect((await verifyRender('default/podinfo', '--commit', first)).code).toBe(3);
  });

  test('ends with 1 when the applications repository cannot be reached', async () => {
    const [there, away] = [place.path('demo/ocm-applications.git'), place.path('demo/away.git')];
    await rename(there, away);
    try {
      expect(await verifyRender()).toMatchObject({ code: 1 });
    } finally {
      await rename(away, there);
    }
  });
});

/** Makes commits until two ids begin with the same four digits. */
async function collide(ids: readonly string[]): Promise<string> {
  const seen = new Set(ids.map((id) => id.slice(0, 4)));
  const bare = place.path('demo/ocm-applications.git');
  const tree = await git('rev-parse', 'main^{tree}');
  const commits = Array.from({ length: 1500 }, (_, index) => {
    const from = index === 0 ? 'from refs/heads/main^0\n' : '';
    return `commit refs/heads/many\ncommitter Pat <pat@example.org> ${1_800_000_000 + index} +0000\ndata 1\nx\n${from}M 040000 ${tree} \n`;
  });
  await runGit(bare, ['fast-import', '--quiet'], commits.join(''));
  for (const id of (await git('rev-list', 'main..many')).split('\n')) {
    const short = id.slice(0, 4);
    if (seen.has(short)) return short;
    seen.add(short);
  }
  throw new Error('No two of 1500 ids begin with the same four digits.');
}
