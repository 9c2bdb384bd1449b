import type { ComponentName } from '../../src/core/component/component-name.ts';
import type { Observation } from '../../src/core/installation/decision.ts';
import type { PullRequest } from '../../src/core/pull-request/pull-request.ts';
import type { CommitSha } from '../../src/core/repository/commit.ts';
import type { Selection } from '../../src/core/version/select-version.ts';
import type { Version } from '../../src/core/version/version.ts';

export const sha = (digit: string) => digit.repeat(40) as CommitSha;
export const version = (text: string) => text as Version;

export function pullRequest(changes: Partial<PullRequest> = {}): PullRequest {
  return {
    number: 1,
    state: 'open',
    head: 'consignee/default/podinfo',
    headSha: sha('a'),
    base: 'main',
    title: 'default/podinfo v1.0.0 (installation)',
    body: '',
    labels: [],
    author: { id: 'consignee@localhost', name: 'Consignee' },
    draft: false,
    createdAt: new Date('2026-11-21T12:00:00Z'),
    endedBy: undefined,
    endedWithBranch: false,
    mergeCommit: undefined,
    link: 'consignee pull show 1',
    ...changes,
  };
}

export function candidate(text: string): Selection {
  return { kind: 'candidate', version: version(text), tag: text, manifest: undefined, skipped: [], between: [] };
}

/** v1.0.0 is installed; v1.1.0 is there, verified and rendered; nothing is proposed yet. */
export function observation(changes: Partial<Observation> = {}): Observation {
  return {
    component: 'ocm.software/demos/podinfo' as ComponentName,
    registry: 'registry.example.org',
    installed: version('v1.0.0'),
    selection: candidate('v1.1.0'),
    vanished: [],
    replaced: [],
    edited: [],
    pinned: undefined,
    proposal: {
      kind: 'rendered',
      differs: true,
      occupied: [],
      conflicts: [],
      unmarked: false,
      declaredElsewhere: [],
      setAside: undefined,
      described: true,
    },
    branch: { kind: 'absent' },
    pullRequest: undefined,
    merge: 'manual',
    held: undefined,
    adoptedBy: undefined,
    waitingFor: [],
    ...changes,
  };
}
