import type { Failure } from '../failure.ts';
import type { Decision } from '../installation/decision.ts';
import { code, plain } from '../pull-request/markdown.ts';
import type { Hold } from '../state/holds.ts';
import type { Selection } from '../version/select-version.ts';
import type { Version } from '../version/version.ts';

/** What is known of an installation once it was looked at. */
export interface Explained {
  /** `environment/application` */
  readonly name: string;
  readonly installed: Version | undefined;
  readonly selection: Selection | undefined;
  /** That have not ended. */
  readonly holds: readonly Hold[];
  readonly outcome:
    | { readonly kind: 'decided'; readonly decision: Decision }
    | { readonly kind: 'failed'; readonly failure: Failure };
}

/** Versions that are not taken, with the reason of each. More than these nobody reads. */
const shownVersions = 5;

/** @returns Where an installation stands and why, in Markdown. */
export function explain({ name, installed, selection, holds, outcome }: Explained): string {
  const is = installed === undefined ? 'nothing is installed' : `${code(installed)} is installed`;
  const candidate = selection?.kind === 'candidate' ? `, ${code(selection.version)} is wanted` : '';
  const parts = [`${code(name)}: ${is}${candidate}.`, ...holds.map(describeHold), ...outcomeOf(outcome)];
  const skipped = selection?.kind === 'candidate' ? selection.skipped.slice(0, shownVersions) : [];
  const list = skipped.map(({ version, detail }) => `- ${code(version)} is not taken: ${plain(detail)}`);
  return [parts.join('\n\n'), list.join('\n')].filter((it) => it !== '').join('\n\n');
}

/** A hold is told of whatever was decided: what is refused or in sync does not mention it. */
function describeHold({ by, until, reason }: Hold): string {
  const end = until ? `until ${until.toISOString()}` : `until somebody writes ${code('/resume')}`;
  return `**Held** by ${plain(by.name)} ${end}${reason === undefined ? '' : `: ${code(reason)}`}.`;
}

/** @returns What came of looking at an installation, in Markdown. */
export function outcomeOf(outcome: Explained['outcome']): readonly string[] {
  if (outcome.kind === 'failed') {
    const { message, remedy = '' } = outcome.failure;
    return [`**Failed**: ${plain(`${message} ${remedy}`.trim())}`];
  }
  const { decision } = outcome;
  const because = 'because' in decision ? `, ${decision.because}` : '';
  const reasons = decision.kind === 'refuse' ? decision.reasons : [];
  return [
    `**${decision.kind}${because}**: ${plain(decision.detail)}`,
    ...(reasons.length === 0
      ? []
      : [reasons.map((it) => `- ${code(it.where)}: ${it.code}, ${plain(it.message)}`).join('\n')]),
  ];
}
