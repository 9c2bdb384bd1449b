import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBuiltInSets } from '../../src/adapters/built-in-sets/built-in-sets.ts';
import { createComponentRepositories } from '../../src/adapters/ctf/archive-repositories.ts';
import { openGitRepository } from '../../src/adapters/git/git-repository.ts';
import { createPlainGitForge } from '../../src/adapters/plain-git/plain-git-forge.ts';
import { createEvaluator } from '../../src/adapters/worker/evaluator.ts';
import type { CommitSha, FileChange, TreeSha } from '../../src/core/repository/commit.ts';
import type { Forge } from '../../src/ports/forge.ts';
import type { VerifiedRender } from '../../src/workflows/verify-render/verified-render.ts';
import { verifyRender } from '../../src/workflows/verify-render/verify-render.ts';
import { createWorkplace, runCli, type Workplace } from '../support/cli.ts';
import { proposalMessage } from '../support/proposal-message.ts';
import { bot, worldOptions } from '../support/world-ports.ts';

const lockPath = '.consignee/lock/default/podinfo.yaml';
const evidencePath = '.consignee/lock/default/podinfo.evidence.json';
const registry = 'gitea.ocm.dev/software-consumer';
const clock = { now: () => new Date('2026-11-21T12:00:00Z') };
const evaluator = createEvaluator({ timeoutSeconds: 20 });

let place: Workplace;
let git: Awaited<ReturnType<typeof openGitRepository>>;
let forge: Forge;
/** All commits of the demo with the second pull request merged: the installation, the update, and what people did between. */
let commits: readonly CommitSha[];
let tip: CommitSha;
/** The commit that proposes v1.1.0, and what it lies on. */
let proposal: CommitSha;
let parent: CommitSha;
/** What is rendered, lock file and evidence included. */
let rendered: readonly string[];

beforeAll(async () => {
  place = await createWorkplace();
  await runCli(['demo', '--directory', place.path('demo')]);
  const config = ['--config', place.path('demo/consignee.yaml')];
  await runCli(['pull', 'merge', '2', '--as', 'Ada <ada@example.org>', ...config]);
  const address = { url: place.path('demo/ocm-applications.git'), cacheFolder: place.path('cache'), name: 'demo' };
  git = await openGitRepository({ ...address, environment: process.env });
  forge = createPlainGitForge(git, { clock, bot });
  tip = await refOf('main');
  const history = await git.readCommits({ to: tip, limit: 100 });
  commits = history.map(({ sha }) => sha);
  const [merge] = history;
  proposal = merge?.parents[1] ?? tip;
  parent = merge?.parents[0] ?? tip;
  const lock = await read(tip, lockPath);
  rendered = [...lock.matchAll(/path: "(.+)"/g)].map(([, path = '']) => path).concat(lockPath, evidencePath);
}, 60_000);

afterAll(async () => {
  await git[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

async function refOf(branch: string): Promise<CommitSha> {
  const sha = (await git.readRefs()).get(`refs/heads/${branch}`);
  if (!sha) throw new Error(`There is no branch ${branch}.`);
  return sha;
}

async function read(commit: CommitSha, path: string): Promise<string> {
  const { blob } = (await git.readTree(commit)).get(path) ?? {};
  const bytes = blob && (await git.readBlobs([blob])).get(blob);
  return Buffer.from(bytes ?? '').toString();
}

let made = 0;

/** Writes a commit with the files of another one, changed, on a branch of its own. */
async function commit(
  of: CommitSha | TreeSha,
  parents: readonly CommitSha[],
  changes: readonly FileChange[],
): Promise<CommitSha> {
  const tree = await git.writeTree(of, changes);
  const message = await proposalMessage(tree, parents[0], git);
  const to = await git.writeCommit({ tree, parents, message, author: bot, at: clock.now() });
  await git.push([{ ref: `refs/heads/variant/${made++}`, expect: undefined, to }]);
  return to;
}

/** As people edit what is merged. */
const edit = (...changes: readonly FileChange[]) => commit(tip, [tip], changes);

/** As somebody rewrites the bot's commit. */
const amend = (...changes: readonly FileChange[]) => commit(proposal, [parent], changes);

/** Does something on the base branch, and takes it back. */
async function onBase(to: CommitSha, work: () => Promise<void>): Promise<void> {
  await git.push([{ ref: 'refs/heads/main', expect: tip, to }]);
  try {
    await work();
  } finally {
    await git.push([{ ref: 'refs/heads/main', expect: to, to: tip }]);
  }
}

/** @returns The text with one byte changed, near the middle of the part. */
function flip(text: string, part = text): string {
  const at = text.indexOf(part) + Math.floor(part.length / 2);
  return `${text.slice(0, at)}${text[at] === '1' ? '2' : '1'}${text.slice(at + 1)}`;
}

async function verify(revision?: string, archive = place.path('demo/delivery.ctf')): Promise<VerifiedRender> {
  const ports = {
    ...{ forge, evaluator, clock },
    repositories: createComponentRepositories(new Map([[registry, archive]])),
    templateSets: createBuiltInSets(new URL('../../templates/manifests/', import.meta.url)),
  };
  const world = { ports, options: worldOptions({ mode: 'plan' }) };
  const { installations } = await verifyRender({ only: [], revision, isRead: () => true }, world);
  const [only] = installations;
  if (!only) throw new Error('The demo has one installation.');
  return only;
}

const inShort = ({ differences }: VerifiedRender) => differences.map(({ what, path }) => `${what} ${path}`);

describe('the commits of the demo', () => {
  test('all reproduce, proposals and merges of both versions', async () => {
    const found = [];
    for (const sha of commits) {
      const { result, version, differences } = await verify(sha);
      expect(differences).toEqual([]);
      found.push(`${result} ${version}`);
    }
    expect(found.filter((it) => it === 'reproduced v1.1.0')).toHaveLength(2);
    expect(found.filter((it) => it === 'reproduced v1.0.0')).toHaveLength(3);
    expect(found.at(-1)).toBe('not-installed undefined');
    expect(found).toHaveLength(6);
  });

  test('the tip of the base branch is verified when no commit is named', async () => {
    expect(await verify()).toMatchObject({
      result: 'reproduced',
      version: 'v1.1.0',
      origin: proposal,
      compared: 7,
      notes: [],
    });
  });

  test('a revert brings back what an earlier commit rendered', async () => {
    const revert = await commit(parent, [tip], []);
    await onBase(revert, async () => {
      expect(await verify()).toMatchObject({ result: 'reproduced', version: 'v1.0.0' });
      expect(await verify(revert)).toMatchObject({ result: 'reproduced', version: 'v1.0.0' });
    });
    expect((await verify(revert)).result).toBe('differs');
  });
});

describe('one byte', () => {
  test('of any file that people edit after the merge is named, with who did it', async () => {
    for (const path of rendered.filter((it) => it !== lockPath)) {
      const changed = await edit({ path, content: flip(await read(tip, path)) });
      const verified = await verify(changed);
      expect(verified.result).toBe('differs');
      expect(verified.differences).toMatchObject([{ path, what: path === evidencePath ? 'evidence' : 'changed' }]);
      expect(verified.differences[0]?.edited?.sha).toBe(changed);
    }
  });

  test('of any file of a proposal is named', async () => {
    for (const path of rendered.filter((it) => it !== lockPath)) {
      const verified = await verify(await amend({ path, content: flip(await read(proposal, path)) }));
      expect(verified.result).toBe('differs');
      expect(inShort(verified)).toEqual([`${path === evidencePath ? 'evidence' : 'changed'} ${path}`]);
      expect(verified.differences[0]?.edited).toBeUndefined();
    }
  });

  test('in any value of the lock file is named, or refused for what it says then', async () => {
    const text = await read(proposal, lockPath);
    const lines = text.split('\n').filter((it) => it.includes('"'));
    expect(lines.length).toBeGreaterThan(20);
    const results: string[] = [];
    for (const line of lines) {
      const [name = '', value = ''] = line.trim().split(': ');
      const verified = await verify(await amend({ path: lockPath, content: flip(text, value) }));
      if (verified.result !== 'refused') expect(inShort(verified), line).toContain(`lock ${lockPath}`);
      results.push(`${name} ${verified.result}`);
    }
    expect(results.filter((it) => it.endsWith('refused'))).toEqual(['version refused', 'value refused']);
    expect(results.filter((it) => it.endsWith('differs'))).toHaveLength(lines.length - 2);
  }, 60_000);

  test('outside of the values of the lock file is named', async () => {
    const text = await read(proposal, lockPath);
    for (const part of ['# Written', 'lock: 1', 'normalisation', 'files:']) {
      const verified = await verify(await amend({ path: lockPath, content: flip(text, part) }));
      expect(inShort(verified)).toEqual([`lock ${lockPath}`]);
    }
  });

  test('of a lock file that cannot be read then hides no other edit', async () => {
    const [path = ''] = rendered;
    const files = [lockPath, path].map(async (it) => ({ path: it, text: await read(tip, it) }));
    const [lock, file] = await Promise.all(files);
    const broken = { path: lockPath, content: flip(lock?.text ?? '', 'lock: 1\n') };
    const changed = await edit(broken, { path, content: flip(file?.text ?? '') });
    await onBase(changed, async () => {
      expect((await verify()).differences).toMatchObject([
        { path: lockPath, what: 'lock', detail: expect.stringMatching(/^cannot be read/), edited: { sha: changed } },
        { path, what: 'changed', edited: { sha: changed } },
      ]);
    });
  });

  test('of the lock file on the base branch is named, policy included', async () => {
    const text = await read(tip, lockPath);
    const [policy = ''] = /^policy: .*$/m.exec(text) ?? [];
    const changed = await edit({ path: lockPath, content: flip(text, policy) });
    await onBase(changed, async () => {
      expect((await verify()).differences).toMatchObject([
        { path: lockPath, what: 'lock', detail: expect.stringContaining('policy') },
      ]);
    });
  });
});

test('a lock file on the base branch that lost its policy is no other one', async () => {
  const text = await read(tip, lockPath);
  const changed = await edit({ path: lockPath, content: text.replace(/^policy: .*\n/m, '') });
  await onBase(changed, async () => {
    expect(inShort(await verify())).toEqual([`lock ${lockPath}`]);
  });
});

describe('what else may be wrong', () => {
  test.for([
    ['an additional file anywhere', 'notes/added.txt', 'x\n', 'extra'],
    ['a file of others that is gone', 'README.md', undefined, 'missing'],
    ['a template that comes with it', '.consignee/templates/ocm-controller/deploy.yaml', 'x: 1\n', 'template'],
    ['evidence that is gone', evidencePath, undefined, 'evidence'],
  ] as const)('%s in a proposal is named', async ([, path, content, what]) => {
    expect(inShort(await verify(await amend({ path, content })))).toEqual([`${what} ${path}`]);
  });

  test('a rendered file that people removed is missing', async () => {
    const path = 'components/podinfo/deploy.yaml';
    const removal = await edit({ path, content: undefined });
    expect((await verify(removal)).differences).toMatchObject([{ path, what: 'missing', edited: { sha: removal } }]);
  });

  test('files without their lock file differ; when all are gone, nothing is installed', async () => {
    const removal = await edit({ path: lockPath, content: undefined });
    const { result, differences } = await verify(removal);
    expect({ result, differences }).toMatchObject({
      result: 'differs',
      differences: [{ path: lockPath, what: 'lock' }],
    });
    const all = await edit(...rendered.map((path) => ({ path, content: undefined })));
    expect(await verify(all)).toMatchObject({ result: 'not-installed', differences: [] });
  });

  test('a lock file that was broken before it was removed is remembered', async () => {
    const broken = await edit({ path: lockPath, content: 'lock: none\n' });
    const removal = await commit(broken, [broken], [{ path: lockPath, content: undefined }]);
    await onBase(removal, async () => {
      expect(await verify()).toMatchObject({ result: 'differs', differences: [{ path: lockPath, what: 'lock' }] });
    });
  });

  test("files and values of people's own are left to them", async () => {
    const path = 'components/podinfo/mine.yaml';
    const mine = await edit({ path, content: 'mine: true\n' }, { path: 'values.yaml', content: 'a: 1\n' });
    await onBase(mine, async () => {
      const { result, notes } = await verify();
      expect({ result, notes }).toEqual({ result: 'reproduced', notes: [expect.stringContaining(path)] });
    });
    expect(inShort(await verify(mine))).toEqual([`extra ${path}`, 'changed values.yaml']);
  });

  test('other inputs since then are no difference, and are named', async () => {
    const template = '.consignee/templates/ocm-controller/deploy.yaml';
    const later = await edit({ path: template, content: await read(tip, 'components/podinfo/deploy.yaml') });
    await onBase(later, async () => {
      const { result, notes } = await verify();
      expect({ result, notes }).toEqual({
        result: 'reproduced',
        notes: [expect.stringMatching(`other inputs .*: ${template}`)],
      });
    });
    expect(inShort(await verify(later))).toEqual([`template ${template}`]);
  });

  test('a version that the registry does not have any more is refused', async () => {
    await createArchiveWithout(join(place.folder, 'other.ctf'));
    const verified = await verify(undefined, join(place.folder, 'other.ctf'));
    expect(verified).toMatchObject({ result: 'refused', reasons: [{ code: 'version-not-found' }], differences: [] });
  });

  test('what was edited is named beside a refusal', async () => {
    const path = 'components/podinfo/deploy.yaml';
    const edited = await edit({ path, content: 'x: 1\n' });
    await createArchiveWithout(join(place.folder, 'another.ctf'));
    const verified = await verify(edited, join(place.folder, 'another.ctf'));
    expect(verified).toMatchObject({ result: 'refused', differences: [{ path, what: 'changed' }] });
  });

  test('the trust policy is that of the commit', async () => {
    await onBase(await withdraw('revoked'), async () => {
      expect(await verify()).toMatchObject({ result: 'refused', reasons: [{ code: 'key-revoked' }], differences: [] });
      expect((await verify(tip)).result).toBe('reproduced');
    });
  });

  test.for([
    ['revoked', 'refused key-revoked'],
    ['retired', 'refused key-retired'],
  ] as const)(
    'of what the base branch does not have, it is that of its tip: a key that is %s there',
    async ([term, said]) => {
      const base = await withdraw(term, parent);
      const merged = await git.mergeTrees(base, proposal);
      if (merged.kind === 'conflict') throw new Error('There is a conflict.');
      const heads = [proposal, await commit(merged.tree, [base, proposal], [])];
      await onBase(base, async () => {
        for (const head of heads) {
          const { result, reasons, differences } = await verify(head);
          expect([result, ...reasons.map(({ code }) => code)].join(' ')).toBe(said);
          expect(differences).toEqual([]);
        }
      });
    },
  );

  test('a key that was retired since still admits what is installed and left alone', async () => {
    const base = await withdraw('retired');
    await onBase(base, async () => {
      expect((await verify(await commit(base, [base], []))).result).toBe('reproduced');
    });
  });
});

/** @returns A commit in which the key of the demo is no longer good. */
async function withdraw(term: 'revoked' | 'retired', onto = tip): Promise<CommitSha> {
  const path = '.consignee/config.yaml';
  const key = 'publicKey: keys/ocm-signing.pub';
  const content = (await read(onto, path)).replace(key, `anyOf: [{ ${key}, ${term}: 2026-01-01 }]`);
  return commit(onto, [onto], [{ path, content }]);
}

async function createArchiveWithout(path: string): Promise<void> {
  const { cp, readFile, writeFile } = await import('node:fs/promises');
  await cp(place.path('demo/delivery.ctf'), path, { recursive: true });
  const index = join(path, 'artifact-index.json');
  const { artifacts, ...rest } = JSON.parse(await readFile(index, 'utf8'));
  const kept = artifacts.filter(({ tag }: { readonly tag: string }) => tag !== 'v1.1.0');
  await writeFile(index, JSON.stringify({ ...rest, artifacts: kept }));
}
