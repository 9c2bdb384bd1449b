import type { ComponentName } from '../../src/core/component/component-name.ts';
import { digestOf } from '../../src/core/digest.ts';
import type { PullRequestContent } from '../../src/core/pull-request/describe.ts';
import type { ResourceEvidence } from '../../src/core/trust/evidence.ts';
import { template } from './body-template.ts';
import { version } from './observation.ts';

/** @returns What the pull request that installs podinfo says. */
export function pullRequestContent(changes: Partial<PullRequestContent> = {}): PullRequestContent {
  return {
    environment: 'default',
    application: 'podinfo',
    installed: undefined,
    version: version('v1.0.0'),
    evidence: evidence([]),
    render: digestOf('render'),
    supersedes: [],
    between: [],
    skipped: [],
    diff: 'diff --git a/x b/x\n',
    valuesAdded: undefined,
    kept: [],
    notes: [],
    gates: { merge: 'manual', approvals: undefined, requireApprovalOn: [] },
    template,
    commands: 'command-line',
    ...changes,
  };
}

export function evidence(resources: readonly ResourceEvidence[]): PullRequestContent['evidence'] {
  return {
    component: 'ocm.software/demos/podinfo' as ComponentName,
    version: 'v1.0.0',
    signatures: [],
    resources,
    references: [],
    verdict: 'verified',
    reasons: [],
    warnings: [],
  };
}
