import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommitSha } from '../../src/core/repository/commit.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { resolveEffects } from '../../src/workflows/resolve-effects.ts';
import { bot, branch, createJournalWorld, type JournalWorld, repository } from '../support/journal-world.ts';

const ref = `refs/heads/${branch}`;
const by = bot;
const update = { title: 'Another', body: 'Another body', addLabels: ['consignee'], by };
const check = { context: 'consignee/verified', state: 'success', description: 'Whole' } as const;

let world: JournalWorld;
beforeEach(async () => {
  world = await createJournalWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const open = (forge: Forge) =>
  forge.pullRequests.open({ head: branch, base: 'main', title: 'A title', body: 'A body', labels: [], by });

interface Scene {
  readonly act: (forge: Forge, head: CommitSha) => Promise<unknown>;
  /** What has happened before. */
  readonly before?: (forge: Forge, head: CommitSha) => Promise<unknown>;
  /** What the journal says when the forge shows nothing of it. */
  readonly missing: string;
  /** What else it says when the forge shows it. */
  readonly detail?: RegExp;
}

const scenes: Readonly<Record<string, Scene>> = {
  'a push that makes a branch': {
    act: (forge, head) => forge.writer.push([{ ref: `${ref}-2`, expect: undefined, to: head }]),
    missing: 'not-moved',
  },
  'a push that deletes a branch': {
    act: (forge, head) => forge.writer.push([{ ref, expect: head, to: undefined }]),
    missing: 'not-moved',
  },
  'a pull request that is opened': { act: open, missing: 'no-pull-request', detail: /^#1$/ },
  'an update': { before: open, act: (forge) => forge.pullRequests.update(1, update), missing: 'differs' },
  'a label that is taken away': {
    before: async (forge) => {
      await open(forge);
      await forge.pullRequests.update(1, { addLabels: ['consignee'], by });
    },
    act: (forge) => forge.pullRequests.update(1, { removeLabels: ['consignee'], by }),
    missing: 'differs',
  },
  'a pull request that is closed': {
    before: open,
    act: (forge) => forge.pullRequests.close(1, by),
    missing: 'open',
  },
  'a merge': {
    before: open,
    act: (forge, head) => forge.pullRequests.merge(1, { expectedHead: head, message: 'Merge', by }),
    missing: 'open',
    detail: /^[0-9a-f]{40}$/,
  },
  'a comment that is kept': {
    before: async (forge) => {
      await open(forge);
      await forge.comments.ensure(1, { key: 'closed', body: 'Old.', by });
    },
    act: (forge) => forge.comments.ensure(1, { key: 'closed', body: 'Closed: because.', by }),
    missing: 'not-said',
  },
  'a comment that is added': {
    before: open,
    act: (forge) => forge.comments.add(1, { body: 'Said once.', by }),
    missing: 'not-said',
  },
  'a status': {
    before: async (forge, head) => forge.checks?.set(head, { ...check, description: 'Something else' }),
    act: async (forge, head) => forge.checks?.set(head, check),
    missing: 'differs',
  },
  'an issue': {
    act: async (forge) => forge.issues?.ensure({ key: 'refused/x', title: 'Refused', body: 'Why.' }),
    missing: 'no-issue',
  },
  'an issue that is closed': {
    before: async (forge) => forge.issues?.ensure({ key: 'refused/x', title: 'Refused', body: 'Why.' }),
    act: async (forge) => forge.issues?.close(1, 'Over.'),
    missing: 'open',
  },
};

/** The same forge, none of whose writes arrives. */
function deaf(forge: Forge): Forge {
  const lost = async () => {
    throw new Error('nothing arrived');
  };
  return {
    ...forge,
    writer: { ...forge.writer, push: lost },
    pullRequests: { ...forge.pullRequests, open: lost, update: lost, close: lost, merge: lost },
    comments: { ...forge.comments, add: lost, ensure: lost },
    checks: forge.checks && { ...forge.checks, set: lost },
    issues: forge.issues && { ...forge.issues, ensure: lost, close: lost },
  };
}

const minutes = (count: number) => {
  world.time = new Date(world.time.getTime() + count * 60_000);
};

async function resolve() {
  const { plain: forge, journal, clock, log, standIn } = world;
  const before = standIn.requests.length;
  const outcomes = await resolveEffects({ forge, journal, clock, log }, repository);
  const requests = standIn.requests.slice(before).filter((it) => !it.includes('/version') && !it.endsWith('/user'));
  return { outcomes, requests };
}

const isWrite = (request: string) => !/^GET|git-upload-pack/.test(request);

test.each(Object.entries(scenes))('%s is found when it was done, and missed when it was not', async (_, scene) => {
  const { act, before, missing, detail } = scene;
  const { plain, head, journal, infos } = world;
  await before?.(plain, head);
  await world.left((forge) => act(forge, head), deaf);
  minutes(9);
  expect((await resolve()).outcomes).toEqual([]);
  expect(infos.splice(0)).toEqual([{ event: 'effects.open', repository, count: 1 }]);
  minutes(1);
  const late = await resolve();
  expect(late.outcomes).toEqual([{ result: 'not-done', detail: missing, at: world.time }]);
  await world.left((forge) => act(forge, head));
  infos.length = 0;
  const soon = await resolve();
  const shown = detail && { detail: expect.stringMatching(detail) };
  expect(soon.outcomes).toEqual([{ result: 'done', at: world.time, ...shown }]);
  expect(infos).toMatchObject([{ event: 'effect.resolved', result: 'done' }]);
  expect([...late.requests, ...soon.requests].filter(isWrite)).toEqual([]);
  expect(await journal.unresolved(repository)).toEqual([]);
});

test('a push that somebody built on was done', async () => {
  const { head, person } = world;
  await world.left((forge) => forge.writer.push([{ ref: `${ref}-2`, expect: undefined, to: head }]));
  await person.commit(`${branch}-2`, { 'by-hand.txt': 'x\n' });
  expect((await resolve()).outcomes).toMatchObject([{ result: 'done' }]);
});

test('a push to a branch that is somewhere else now was not done', async () => {
  const { head, person } = world;
  await world.left((forge) => forge.writer.push([{ ref, expect: undefined, to: head }]), deaf);
  await person.reset(branch, 'main');
  minutes(10);
  expect((await resolve()).outcomes).toMatchObject([{ result: 'not-done', detail: 'moved-elsewhere' }]);
});

test('a push that moves one ref and not the other was not done', async () => {
  const { head } = world;
  const second = { ref: `${ref}-2`, expect: undefined, to: head };
  await world.left((forge) => forge.writer.push([{ ref, expect: head, to: head }, second]), deaf);
  minutes(10);
  expect((await resolve()).outcomes).toMatchObject([{ result: 'not-done' }]);
});

test('a pull request that was opened and closed since was opened', async () => {
  await world.left(open);
  await world.plain.pullRequests.close(1, by);
  expect((await resolve()).outcomes).toMatchObject([{ result: 'done', detail: '#1' }]);
});

test('a pull request that had ended long before is not the one', async () => {
  const { plain } = world;
  await open(plain);
  await plain.pullRequests.close(1, by);
  // The forge's clock is the real one; the bot's begins well after it here.
  world.time = new Date(Date.now() + 60 * 60_000);
  await world.left(open, deaf);
  minutes(10);
  expect((await resolve()).outcomes).toMatchObject([{ result: 'not-done', detail: 'no-pull-request' }]);
});

test('a merge of another head is not this one', async () => {
  const { plain, head, person } = world;
  await open(plain);
  await world.left((forge) => forge.pullRequests.merge(1, { expectedHead: head, message: 'Merge', by }), deaf);
  const moved = await person.commit(branch, { 'by-hand.txt': 'x\n' });
  await plain.pullRequests.merge(1, { expectedHead: moved, message: 'Merge', by });
  minutes(10);
  expect((await resolve()).outcomes).toMatchObject([{ result: 'not-done', detail: 'head-moved' }]);
});

const askAsMira = (path: string, body: object) =>
  fetch(`${world.standIn.url}/api/v1/repos/software-consumer/ocm-applications${path}`, {
    method: 'POST',
    headers: { authorization: 'token token-of-mira', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('what somebody else says in the same words is not what the bot says', async () => {
  const { plain, head } = world;
  const { context, state, description } = check;
  await open(plain);
  await world.left(async (forge) => {
    await forge.comments.add(1, { body: 'Said.', by }).catch(() => undefined);
    await forge.checks?.set(head, check);
  }, deaf);
  await askAsMira('/issues/1/comments', { body: 'Said.' });
  await askAsMira(`/statuses/${head}`, { context, state, description });
  minutes(10);
  expect((await resolve()).outcomes.map(({ result }) => result)).toEqual(['not-done', 'not-done']);
});

test.each<[string, (forge: Forge, head: CommitSha) => Promise<unknown>]>([
  ['the title', (forge) => forge.pullRequests.update(1, { ...update, title: 'A title' })],
  ['the body', (forge) => forge.pullRequests.update(1, { ...update, body: 'A body' })],
  ['a label', (forge) => forge.pullRequests.update(1, { title: update.title, body: update.body, by })],
  ['the state of a status', async (forge, head) => forge.checks?.set(head, { ...check, state: 'pending' })],
  ['the key of an issue', async (forge) => forge.issues?.ensure({ key: 'other', title: 'Refused', body: 'Why.' })],
  ['the title of an issue', async (forge) => forge.issues?.ensure({ key: 'refused/x', title: 'Other', body: 'Why.' })],
])('what differs in %s alone was not done', async (what, almost) => {
  const { plain, head } = world;
  await open(plain);
  const acts = {
    status: async (forge: Forge) => forge.checks?.set(head, check),
    issue: async (forge: Forge) => forge.issues?.ensure({ key: 'refused/x', title: 'Refused', body: 'Why.' }),
    update: async (forge: Forge) => forge.pullRequests.update(1, update),
  };
  const kind = what.includes('status') ? 'status' : what.includes('issue') ? 'issue' : 'update';
  await world.left(acts[kind], deaf);
  await almost(plain, head);
  minutes(10);
  expect((await resolve()).outcomes).toMatchObject([{ result: 'not-done' }]);
  await acts[kind](plain);
  await world.left(acts[kind], deaf);
  expect((await resolve()).outcomes).toMatchObject([{ result: 'done' }]);
});

test('a comment that stood there long before is found', async () => {
  const { plain } = world;
  const comment = { key: 'closed', body: 'Closed: because.', by };
  await open(plain);
  await plain.comments.ensure(1, comment);
  world.time = new Date(Date.now() + 60 * 60_000);
  await world.left((forge) => forge.comments.ensure(1, comment));
  expect((await resolve()).outcomes).toMatchObject([{ result: 'done' }]);
});

describe('of several pull requests', () => {
  beforeEach(async () => {
    const { plain, head } = world;
    await plain.writer.push([{ ref: `${ref}-2`, expect: undefined, to: head }]);
    await open(plain);
    await plain.pullRequests.open({ head: `${branch}-2`, base: 'main', title: 'Two', body: 'b', labels: [], by });
  });

  test('each has its own comments', async () => {
    await world.left(async (forge) => {
      await forge.comments.add(1, { body: 'Said.', by }).catch(() => undefined);
      await forge.comments.add(2, { body: 'Said.', by });
    }, deaf);
    world.time = new Date(Date.now() + 60_000);
    await world.plain.comments.add(1, { body: 'Said.', by });
    minutes(10);
    expect((await resolve()).outcomes.map(({ result }) => result)).toEqual(['done', 'not-done']);
  });

  test('all that ended are found', async () => {
    await world.left(async (forge) => {
      await forge.pullRequests.close(1, by);
      await forge.pullRequests.close(2, by);
    });
    expect((await resolve()).outcomes.map(({ result }) => result)).toEqual(['done', 'done']);
  });

  test('one that ended is read without listing all that did', async () => {
    await world.left(async (forge) => {
      await forge.pullRequests.close(1, by);
      await forge.pullRequests.update(2, { title: 'Three', by });
    });
    const { outcomes, requests } = await resolve();
    expect(outcomes.map(({ result }) => result)).toEqual(['done', 'done']);
    expect(requests.filter((it) => /state=(closed|all)/.test(it))).toEqual([]);
  });
});

test('whether a comment was seen is not read: to say so again is safe', async () => {
  await world.left((forge) => forge.comments.acknowledge('7'));
  expect((await resolve()).outcomes).toMatchObject([{ result: 'unknown', detail: 'safe-to-repeat' }]);
});

test('what an earlier or later version wrote is not guessed at', async () => {
  await world.journal.begin({ repository, kind: 'merge', key: 'k', detail: { id: 'x' }, at: world.time });
  expect((await resolve()).outcomes).toMatchObject([{ result: 'unknown', detail: 'of-another-version' }]);
});

test('without anything left over nothing is asked', async () => {
  expect(await resolve()).toEqual({ outcomes: [], requests: [] });
  expect(world.infos).toEqual([]);
});

test('many that are left over cost listings, not a request each', async () => {
  const { plain, head } = world;
  await open(plain);
  const issue = await plain.issues?.ensure({ key: 'refused/x', title: 'Refused', body: 'Why.' });
  await world.left(async (forge) => {
    for (let number = 1; number <= 40; number++) {
      await Promise.allSettled([
        forge.pullRequests.close(number, by),
        forge.comments.add(number, { body: 'x', by }),
        forge.issues?.close(issue?.number ?? 0, 'Over.'),
        forge.pullRequests.update(number, update),
        forge.writer.push([{ ref: `${ref}-${number}`, expect: undefined, to: head }]),
        forge.checks?.set(`${number + 10}`.repeat(20) as CommitSha, check),
      ]);
    }
  }, deaf);
  minutes(10);
  const { outcomes, requests } = await resolve();
  // Twenty statuses are of commits that the forge does not know.
  expect(outcomes).toHaveLength(220);
  expect(outcomes.filter(({ detail }) => detail === 'not-looked-at')).toHaveLength(20);
  // Two of git, open and ended pull requests, comments, issues; and the statuses of twenty commits.
  expect(requests.filter((it) => !/\/statuses|\/ocm-applications$/.test(it)).length).toBeLessThan(10);
  expect(requests.filter((it) => it.includes('/statuses'))).toHaveLength(20);
});

test('while the forge cannot be read, everything is left as it is', async () => {
  await world.left(open);
  world.standIn.faults.add({ path: /pulls/, fault: { status: 403, message: 'no' } });
  expect((await resolve()).outcomes).toEqual([]);
  expect(world.warnings).toEqual(['effect.unresolved']);
  expect(await world.journal.unresolved(repository)).toHaveLength(1);
});

test('what cannot be read for a day is given up', async () => {
  await world.left(open);
  world.standIn.faults.add({ path: /pulls/, fault: { status: 403, message: 'no' } });
  minutes(24 * 60 - 1);
  expect((await resolve()).outcomes).toEqual([]);
  minutes(1);
  expect((await resolve()).outcomes).toMatchObject([{ result: 'unknown', detail: 'unreadable' }]);
});

test('what another process is still doing is not stored as not done', async () => {
  const { plain, journal } = world;
  await open(plain);
  const effect = { repository, kind: 'close', key: 'k', detail: { number: 1 }, at: world.time } as const;
  const sequence = await journal.begin(effect);
  await resolve();
  expect(await journal.unresolved(repository)).toMatchObject([{ sequence }]);
});
