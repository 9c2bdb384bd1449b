import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/core/installation/decide.ts';
import type { Branch, Observation, Proposal } from '../../../src/core/installation/decision.ts';
import type { Reason } from '../../../src/core/trust/reason.ts';
import { candidate, observation, pullRequest, sha, version } from '../../builders/observation.ts';

const ours: Branch = { kind: 'ours', head: sha('a'), carries: true };
const stale: Branch = { kind: 'ours', head: sha('a'), carries: false };
const others: Branch = { kind: 'others', head: sha('b'), commits: ['bbbbbbbbbb by Ada'] };
const conflict = {
  ...{ file: 'a.yaml', path: 'spec.interval', because: 'both changed it' },
  ...{ was: '30s', rendered: '1m', edited: '5m' },
};
const rendered: Extract<Proposal, { kind: 'rendered' }> = {
  kind: 'rendered',
  differs: true,
  occupied: [],
  conflicts: [],
  unmarked: false,
  declaredElsewhere: [],
  setAside: undefined,
  described: true,
};

describe('the next step', () => {
  test.each<[string, Partial<Observation>, { kind: string; [field: string]: unknown }]>([
    ['opens a pull request for a new version', {}, { kind: 'open' }],
    [
      'opens a pull request for the branch of a pass that was ended before it could',
      { branch: ours },
      { kind: 'open' },
    ],
    [
      'waits once the pull request carries the version',
      { branch: ours, pullRequest: pullRequest() },
      { kind: 'leave', because: 'waiting-for-merge' },
    ],
    [
      'waits without rendering when the pull request is known to carry it',
      { proposal: { kind: 'proposed' }, branch: ours, pullRequest: pullRequest() },
      { kind: 'leave', because: 'waiting-for-merge' },
    ],
    [
      'updates the pull request that carries another version',
      { branch: stale, pullRequest: pullRequest() },
      { kind: 'update', pullRequest: 1 },
    ],
    [
      'brings back the branch of an open pull request',
      { branch: { kind: 'absent' }, pullRequest: pullRequest() },
      { kind: 'update', pullRequest: 1 },
    ],
    [
      'leaves a branch deleted that was brought back before',
      { branch: { kind: 'deleted' }, pullRequest: pullRequest() },
      { kind: 'leave', because: 'branch-deleted' },
    ],
    [
      'updates the text that a pass left behind its branch, before anything is merged',
      { branch: ours, pullRequest: pullRequest(), merge: 'automatic', proposal: { ...rendered, described: false } },
      { kind: 'update', pullRequest: 1 },
    ],
    [
      'merges by itself where that is configured',
      { branch: ours, pullRequest: pullRequest(), merge: 'automatic' },
      { kind: 'merge', pullRequest: 1 },
    ],
    [
      'updates before it merges by itself',
      { branch: stale, pullRequest: pullRequest(), merge: 'automatic' },
      { kind: 'update' },
    ],
    [
      'rests when the version is installed',
      { selection: candidate('v1.0.0'), proposal: { kind: 'installed' } },
      { kind: 'leave', because: 'in-sync' },
    ],
    [
      'rests when rendering gives what the base branch has',
      { proposal: { ...rendered, differs: false } },
      { kind: 'leave', because: 'in-sync' },
    ],
    [
      'closes a pull request that has become moot',
      { proposal: { ...rendered, differs: false }, branch: ours, pullRequest: pullRequest() },
      { kind: 'close', pullRequest: 1 },
    ],
    [
      'leaves a branch with commits of others alone',
      { branch: others, pullRequest: pullRequest() },
      { kind: 'leave', because: 'branch-has-other-commits' },
    ],
    [
      'leaves it alone without a pull request too',
      { branch: others },
      { kind: 'leave', because: 'branch-has-other-commits' },
    ],
    [
      'does not close the pull request of a branch with commits of others',
      { proposal: { kind: 'installed' }, branch: others, pullRequest: pullRequest() },
      { kind: 'leave', because: 'branch-has-other-commits' },
    ],
    [
      'does not propose again what a person closed',
      { proposal: { ...rendered, setAside: pullRequest({ state: 'closed' }) } },
      { kind: 'leave', because: 'set-aside' },
    ],
    [
      'refuses what is not proved',
      { proposal: { kind: 'refused', because: 'not-verified', reasons: [], unmarked: false } },
      { kind: 'refuse', because: 'not-verified' },
    ],
    [
      'refuses a version that was replaced',
      { proposal: { kind: 'refused', because: 'content-changed', reasons: [], unmarked: false } },
      { kind: 'refuse', because: 'content-changed' },
    ],
    [
      'says on the pull request that what it proposes is refused, once',
      {
        pullRequest: pullRequest({ number: 7 }),
        proposal: { kind: 'refused', because: 'not-verified', reasons: [], unmarked: true },
      },
      { kind: 'refuse', because: 'not-verified', mark: 7 },
    ],
    [
      'says when it looks again for what is missing',
      {
        proposal: {
          kind: 'refused',
          because: 'not-verified',
          reasons: [],
          unmarked: false,
          lookAgainAt: new Date('2026-11-21T12:05:00Z'),
        },
      },
      {
        kind: 'refuse',
        detail: expect.stringContaining('2026-11-21T12:05:00.000Z'),
        changesAt: new Date('2026-11-21T12:05:00Z'),
      },
    ],
    [
      'raises the alarm when the installed version was replaced, whatever else is there',
      { replaced: [{ code: 'digest-mismatch', message: 'other', where: 'x' }] },
      { kind: 'refuse', because: 'content-changed', reasons: [{ code: 'digest-mismatch' }] },
    ],
    [
      'refuses to write over a file that somebody put there',
      { proposal: { ...rendered, occupied: ['a.yaml'] } },
      { kind: 'refuse', because: 'files-occupied' },
    ],
    [
      'refuses a second object of one name',
      { proposal: { ...rendered, declaredElsewhere: ['Kustomization flux-system/podinfo in x.yaml'] } },
      { kind: 'refuse', because: 'declared-elsewhere' },
    ],
    ['opens a pull request beside what a person edited', { edited: ['a.yaml'] }, { kind: 'open' }],
    [
      'refuses to change a manifest that has another version than the lock file',
      { pinned: 'It has v1.0.5.' },
      { kind: 'refuse', because: 'pinned-otherwise', detail: 'It has v1.0.5.' },
    ],
    [
      'tells of an edit when nothing newer is there',
      { edited: ['a.yaml', 'b.yaml'], proposal: { kind: 'installed' } },
      {
        kind: 'leave',
        because: 'in-sync',
        detail: expect.stringMatching(/Kept as people changed them: a.yaml, b.yaml\.$/),
      },
    ],
    [
      'refuses what is in conflict with what a person edited, with the places',
      { proposal: { ...rendered, conflicts: [conflict, { ...conflict, file: 'b.yaml', path: '' }] } },
      {
        kind: 'refuse',
        because: 'conflict',
        conflicts: [conflict, { file: 'b.yaml' }],
        detail: expect.stringContaining('a.yaml (spec.interval); b.yaml (both changed it).'),
      },
    ],
    [
      'marks the open pull request that does not tell of the conflict yet',
      { proposal: { ...rendered, conflicts: [conflict], unmarked: true }, branch: ours, pullRequest: pullRequest() },
      { kind: 'refuse', because: 'conflict', mark: 1 },
    ],
    [
      'says nothing of a conflict about a branch that others have changed',
      { proposal: { ...rendered, conflicts: [conflict], unmarked: true }, branch: others, pullRequest: pullRequest() },
      { kind: 'leave', because: 'branch-has-other-commits' },
    ],
    [
      'does nothing while the registry lacks what it had',
      { vanished: [version('v1.1.0')] },
      { kind: 'refuse', because: 'version-vanished' },
    ],
    [
      'does nothing when the registry has no version at all',
      { selection: { kind: 'none', because: 'no-versions', skipped: [], detail: 'none' } },
      { kind: 'refuse', because: 'no-versions' },
    ],
    [
      'waits for a version in range',
      { selection: { kind: 'none', because: 'none-in-range', skipped: [], detail: 'none' } },
      { kind: 'leave', because: 'none-in-range' },
    ],
    [
      'concludes nothing from an incomplete listing',
      { selection: { kind: 'none', because: 'listing-incomplete', skipped: [], detail: 'partial' } },
      { kind: 'leave', because: 'listing-incomplete' },
    ],
  ])('%s', (_, changes, expected) => {
    expect(decide(observation(changes))).toMatchObject(expected);
  });

  test('a pull request that tells of the conflict already is not marked again', () => {
    const conflicting = { ...rendered, conflicts: [conflict] };
    expect(decide(observation({ proposal: conflicting, branch: ours, pullRequest: pullRequest() }))).not.toHaveProperty(
      'mark',
    );
  });

  test('leaves the text of a pull request alone whose lock file somebody else may have changed', () => {
    const proposal = { kind: 'refused', because: 'content-changed', reasons: [], unmarked: true } as const;
    const decision = decide(observation({ pullRequest: pullRequest({ number: 7 }), branch: others, proposal }));
    expect(decision).toMatchObject({ kind: 'refuse', because: 'content-changed' });
    expect(decision).not.toHaveProperty('mark');
  });

  test('says when a version becomes old enough', () => {
    const changesAt = new Date('2026-11-22T00:00:00Z');
    const decision = decide(
      observation({ selection: { kind: 'none', because: 'too-young', skipped: [], detail: 'young', changesAt } }),
    );
    expect(decision).toMatchObject({ kind: 'leave', because: 'too-young', changesAt });
  });

  test('merges exactly the head that carries what was decided', () => {
    const decision = decide(
      observation({ branch: ours, pullRequest: pullRequest({ headSha: sha('c') }), merge: 'automatic' }),
    );
    expect(decision).toMatchObject({ kind: 'merge', expectedHead: sha('a') });
  });
});

const anyBranch = fc.constantFrom<Branch>({ kind: 'absent' }, { kind: 'deleted' }, ours, stale, others);
const anyProposal = fc.oneof(
  fc.constantFrom<Proposal>(
    { kind: 'none' },
    { kind: 'installed' },
    { kind: 'proposed' },
    { kind: 'refused', because: 'not-verified', reasons: [], unmarked: false },
    { kind: 'refused', because: 'content-changed', reasons: [], unmarked: true },
  ),
  fc.record({
    kind: fc.constant('rendered' as const),
    differs: fc.boolean(),
    occupied: fc.subarray(['x.yaml']),
    conflicts: fc.subarray([conflict]),
    unmarked: fc.boolean(),
    declaredElsewhere: fc.subarray(['Kustomization a/b in c']),
    setAside: fc.constantFrom(undefined, pullRequest({ number: 9, state: 'closed' })),
    described: fc.boolean(),
  }),
);
const { component, registry } = observation();
const anyObservation: fc.Arbitrary<Observation> = fc.record({
  component: fc.constant(component),
  registry: fc.constant(registry),
  installed: fc.constantFrom(undefined, version('v1.0.0')),
  selection: fc.constantFrom(candidate('v1.1.0'), candidate('v1.0.0')),
  vanished: fc.subarray([version('v1.2.0')]),
  replaced: fc.subarray<Reason>([{ code: 'digest-mismatch', message: 'other', where: 'x' }]),
  edited: fc.subarray(['a.yaml']),
  pinned: fc.constantFrom(undefined, 'It has another version.'),
  proposal: anyProposal,
  branch: anyBranch,
  pullRequest: fc.constantFrom(undefined, pullRequest()),
  merge: fc.constantFrom('manual' as const, 'automatic' as const),
  held: fc.constantFrom(undefined, 'Ada holds it.'),
  adoptedBy: fc.constantFrom(undefined, { id: '7', name: 'ada' }),
  waitingFor: fc.subarray(['approvals (0 of 1, from ada)']),
});

const writes = ['open', 'update', 'close', 'merge'];

property.prop([anyObservation])('writes nothing while anything stands against it', (seen) => {
  const decision = decide(seen);
  if (!writes.includes(decision.kind)) return;
  expect(seen.vanished).toEqual([]);
  expect(seen.replaced).toEqual([]);
  expect(seen.pinned).toBeUndefined();
  expect(seen.branch.kind).not.toBe('others');
  expect(seen.proposal.kind).not.toBe('refused');
  if (decision.kind !== 'close') expect(seen.proposal).toMatchObject({ conflicts: [] });
  expect(seen.held).toBeUndefined();
});

property.prop([anyObservation])('merges only what was rendered and verified in this pass, where configured', (seen) => {
  const decision = decide(seen);
  if (decision.kind !== 'merge') return;
  expect(seen.merge).toBe('automatic');
  expect(seen.waitingFor).toEqual([]);
  expect(seen.proposal).toMatchObject({ kind: 'rendered', differs: true, occupied: [], declaredElsewhere: [] });
  expect(seen.branch).toMatchObject({ kind: 'ours', carries: true, head: decision.expectedHead });
});

property.prop([anyObservation])(
  'rests after its own step: what was opened or updated is left to wait or merged',
  (seen) => {
    const decision = decide(seen);
    if (decision.kind !== 'open' && decision.kind !== 'update') return;
    const proposal = seen.proposal.kind === 'rendered' ? { ...seen.proposal, described: true } : seen.proposal;
    const after = decide({ ...seen, proposal, branch: ours, pullRequest: pullRequest() });
    expect(['leave', 'merge']).toContain(after.kind);
  },
);

property.prop([anyObservation])('gives the same decision for the same observation, with a reason in words', (seen) => {
  expect(decide(seen)).toEqual(decide(seen));
  expect(decide(seen).detail.length).toBeGreaterThan(10);
});

describe('when people decided against all that could be proposed', () => {
  const passedOver = {
    installed: undefined,
    selection: { kind: 'none', because: 'passed-over', detail: 'v1.0.0: mira skipped it.', skipped: [] },
    proposal: { kind: 'none' },
  } as const;

  test('the open pull request is closed, and says why', () => {
    const decision = decide(observation({ ...passedOver, branch: ours, pullRequest: pullRequest() }));
    expect(decision).toMatchObject({
      kind: 'close',
      pullRequest: 1,
      detail: expect.stringContaining('mira skipped it'),
    });
  });

  test.each<[string, Partial<Observation>, string]>([
    ['has commits of others', { branch: others, pullRequest: pullRequest() }, 'branch-has-other-commits'],
    ['is held', { branch: ours, pullRequest: pullRequest(), held: 'mira holds it.' }, 'held'],
    ['is not there', {}, 'passed-over'],
  ])('one that %s is left', (_, changes, because) => {
    expect(decide(observation({ ...passedOver, ...changes }))).toMatchObject({ kind: 'leave', because });
  });
});

test('who has committed to the branch is told what to write, with the commit that it is about', () => {
  const { detail } = decide(observation({ branch: others, pullRequest: pullRequest() }));
  expect(detail).toContain('"/rebuild bbbbbbbbbbbb"');
  expect(detail).toContain('"/adopt bbbbbbbbbbbb"');
});
