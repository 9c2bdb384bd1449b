import { risksOf } from '../diff/risks.ts';
import { isPartial, reviewRows, type VersionDifference } from '../diff/version-difference.ts';
import { shortDigest } from '../digest.ts';
import type { KeptFile } from '../drift/file-outcome.ts';
import type { Installation } from '../installation/installation.ts';
import type { Evidence, ReferenceEvidence, ResourceEvidence, SignatureEvidence } from '../trust/evidence.ts';
import type { Reason } from '../trust/reason.ts';
import type { SkippedVersion } from '../version/select-version.ts';
import type { Version } from '../version/version.ts';
import { type BodyMarker, printBody } from './body.ts';
import { type BodyTemplate, fillBodyTemplate } from './body-template.ts';
import { describeDifference, describeRisk } from './describe-difference.ts';
import { describeKept } from './describe-edits.ts';
import { code, codeBlock, cut, folded, plain, table } from './markdown.ts';
import { reviewDiff } from './review-diff.ts';

/** What a pull request says, worked out from the same pass that decided to open it. */
export interface PullRequestContent {
  readonly environment: string;
  readonly application: string;
  readonly installed: Version | undefined;
  readonly version: Version;
  readonly evidence: Evidence;
  readonly render: BodyMarker['render'];
  readonly supersedes: readonly Version[];
  /** Versions between the installed and the proposed one. */
  readonly between: readonly Version[];
  /** Newer ones that are not taken. */
  readonly skipped: readonly SkippedVersion[];
  /** Unified diff of all files. */
  readonly diff: string;
  /** What people's values file gains; names from the application's block. */
  readonly valuesAdded: { readonly path: string; readonly names: readonly string[] } | undefined;
  /** Files that people changed: they stay so, but for what the render changes elsewhere in them. */
  readonly kept: readonly KeptFile[];
  /** Further sentences that a reviewer must see. */
  readonly notes: readonly string[];
  /** What a merge waits for. */
  readonly gates: Pick<Installation, 'merge' | 'approvals' | 'requireApprovalOn'>;
  /** How the text is arranged. */
  readonly template: BodyTemplate;
  /** Where people give commands: in comments, on forges that tell whose they are. */
  readonly commands: 'comments' | 'command-line';
}

/** @returns `prod/billing 2.3.0 → 2.3.1` */
export function describeTitle({ environment, application, installed, version }: PullRequestContent): string {
  const name = `${environment}/${application}`;
  if (installed === undefined) return `${name} ${version} (installation)`;
  return installed === version ? `${name} ${version} (configuration)` : `${name} ${installed} → ${version}`;
}

/** In characters. */
const maxNote = 1000;

/** @returns The bot's part of the body, in Markdown, arranged by the template. */
export function describeBody(content: PullRequestContent, difference: VersionDifference): string {
  const { environment, application, version, installed, render, supersedes, evidence } = content;
  const marker = { installation: `${environment}/${application}`, version, render, supersedes };
  const sections = {
    ...describeSections(content, difference),
    versions: describeVersions(content),
    commands: [describeCommands(content)],
  };
  const values = {
    environment: code(environment),
    application: code(application),
    componentName: code(evidence.component),
    installed: installed === undefined ? 'nothing' : code(installed),
    version: code(version),
    digest: evidence.digest ? code(`${evidence.digest.hashAlgorithm}:${evidence.digest.value}`) : 'none',
  };
  return printBody(marker, fillBodyTemplate(content.template, sections, values));
}

/** @returns What a reviewer judges, in parts of Markdown: the first one says it all. */
export function describeChanges(content: PullRequestContent, difference: VersionDifference): readonly string[] {
  return Object.values(describeSections(content, difference)).flat();
}

function describeSections(content: PullRequestContent, difference: VersionDifference) {
  const { installed, notes, evidence, kept, diff } = content;
  return {
    summary: [describeSummary(content, difference)],
    notes: notes.map((note) => `> ${plain(cut(note, maxNote))}`),
    edits: describeKept(kept),
    ...describeDifference(difference, installed !== undefined),
    verification: [describeVerification(evidence)],
    files: [folded('Changes to the files', codeBlock(reviewDiff(diff), 'diff'))],
  };
}

function describeSummary(
  { environment, application, installed, version, evidence, valuesAdded, gates, ...content }: PullRequestContent,
  difference: VersionDifference,
): string {
  const change =
    installed === undefined
      ? `${version} to be installed`
      : installed === version
        ? `${version} to be written anew`
        : `${installed} → ${version}`;
  const proved = countResources(evidence);
  const keys = evidence.signatures.map(
    ({ name, keyFingerprint }) => `${code(name)} (key ${plain(shortDigest(keyFingerprint ?? ''))})`,
  );
  const values = valuesAdded
    ? `new in ${code(valuesAdded.path)}: ${listed(valuesAdded.names)}`
    : 'values stay as they are';
  return [
    `**${plain(application)}** ${plain(change)} in ${code(environment)}${changedResources(difference, installed)}.  `,
    `**Changes** ${countFiles(reviewDiff(content.diff))}; ${values}.  `,
    describeRisk(difference),
    `**Proof** ${keys.length === 0 ? 'not signed, which the operator allows' : `signed: ${keys.join(', ')}`}; ${proved} in the registry with the signed digest.  `,
    `**Next** ${describeNext(gates, difference)}.`,
  ].join('\n');
}

function describeNext(
  { merge, approvals, requireApprovalOn }: PullRequestContent['gates'],
  difference: VersionDifference,
): string {
  const risks = new Set(risksOf(difference.manifests).map(({ kind }) => kind));
  const asking = requireApprovalOn.filter((it) => risks.has(it));
  const because = asking.length > 0 ? `it has the risk ${listed(asking)}` : 'not all of it could be compared';
  const asked = asking.length > 0 || (requireApprovalOn.length > 0 && isPartial(difference));
  const once = approvals
    ? ` once ${approvals.count} of ${listed(approvals.from)} approved`
    : asked
      ? ` once somebody approved, for ${because}`
      : '';
  if (merge === 'automatic') return `Consignee merges this by itself${once}`;
  return `a person merges this pull request${once}, or closes it to skip this version`;
}

function changedResources(difference: VersionDifference, installed: Version | undefined): string {
  if (installed === undefined) return '';
  const rows = reviewRows(difference).filter(({ kind }) => kind === 'resource');
  const changed = [...new Set(rows.map(({ path, name }) => [...path, name].join(' › ')))];
  return changed.length === 0
    ? ': no resource changes'
    : `: ${listed(changed)} ${changed.length === 1 ? 'changes' : 'change'}`;
}

/** @returns Lines of Markdown that say that what was proposed is no longer proved. */
export function describeRefused(detail: string, reasons: readonly Reason[]): readonly string[] {
  const shown = reasons
    .slice(0, maxListed)
    .map((it) => `* ${code(cut(it.where, maxWords))}: ${code(it.code)}, ${plain(cut(it.message, maxWords))}.`);
  const more = reasons.length > maxListed ? [`* … and ${reasons.length - maxListed} more.`] : [];
  return [
    '**Do not merge.** What this pull request proposes was proved when it was proposed, and is not any more.',
    '',
    plain(cut(detail, maxWords)),
    '',
    ...shown,
    ...more,
  ];
}

/** Messages hold what component descriptors say, which may be long. */
const maxWords = 500;

/** Of long lists, which providers may make as long as they like, only the beginning is shown. */
const maxListed = 20;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, maxListed).map(code).join(', ');
  return names.length > maxListed ? `${shown}, … and ${names.length - maxListed} more` : shown;
}

function countFiles(diff: string): string {
  const count = [...diff.matchAll(/^diff --git /gm)].length;
  return `${count} ${count === 1 ? 'file' : 'files'}`;
}

function countResources(evidence: Evidence | ReferenceEvidence): string {
  const all = allResources(evidence);
  const proved = all.filter(({ proof }) => proof !== 'unproved' && proof !== 'pinned');
  return `${proved.length} of ${all.length} resources`;
}

function allResources(of: Evidence | ReferenceEvidence): readonly ResourceEvidence[] {
  return [...of.resources, ...of.references.flatMap(allResources)];
}

function identityOf({ name, extraIdentity }: ResourceEvidence): string {
  const extra = Object.entries(extraIdentity).map(([key, value]) => `${key}=${value}`);
  return extra.length === 0 ? name : `${name} (${extra.toSorted().join(', ')})`;
}

function describeVerification({
  component,
  version,
  digest,
  manifest,
  signatures,
  references,
  ...evidence
}: Evidence): string {
  const rows = [
    ['component version', `${code(component)} ${code(version)}`],
    [
      'digest',
      digest ? `${code(`${digest.hashAlgorithm}:${digest.value}`)} by ${code(digest.normalisationAlgorithm)}` : 'none',
    ],
    ['manifest', code(manifest ?? 'none')],
    ...signatures.map((it) => [`signature ${code(it.name)}`, signatureInWords(it)]),
    ...evidence.resources.map((it) => [`resource ${code(identityOf(it))}`, proofInWords(it)]),
    ...references.map((it) => [
      `reference ${code(it.name)}`,
      `${code(`${it.component}:${it.version}`)}, ${countResources(it)} proved`,
    ]),
  ];
  return folded('Verification', table(['what', 'found'], rows));
}

function signatureInWords({ verdict, algorithm, keyFingerprint, anchor, certificate, validUntil }: SignatureEvidence) {
  return [
    verdict,
    ...(algorithm ? [code(algorithm)] : []),
    `key ${code(keyFingerprint ?? 'none')}`,
    ...(certificate ? [`certificate of ${code(certificate.subject)}`] : []),
    ...(anchor ? [`trusted by ${code(anchor)}`] : []),
    ...(validUntil ? [`until ${code(validUntil)}`] : []),
  ].join(', ');
}

function proofInWords({ proof, digest }: ResourceEvidence): string {
  const value = digest ? ` ${code(`${digest.hashAlgorithm}:${digest.value}`)}` : '';
  switch (proof) {
    case 'content':
      return `present, has its signed digest${value}`;
    case 'present':
      return `in the registry under its signed digest${value}`;
    case 'pinned':
      return `referred to by its signed digest${value}; the content lies outside of the configured registries`;
    case 'none':
      return 'has no content';
    case 'unproved':
      return 'not proved';
  }
}

function describeVersions({ between, skipped, supersedes }: PullRequestContent): readonly string[] {
  const lines = [
    ...(between.length > 0 ? [`Passes over ${listed(between)}.`] : []),
    ...(supersedes.length > 0 ? [`Supersedes what this pull request proposed before: ${listed(supersedes)}.`] : []),
    ...skipped.slice(0, maxListed).map(({ version, detail }) => `Not taken: ${code(version)}, ${plain(detail)}.`),
    ...(skipped.length > maxListed ? [`Not taken either: ${skipped.length - maxListed} more.`] : []),
  ];
  return lines.length === 0 ? [] : [folded('Other versions', lines.map((line) => `* ${line}`).join('\n'))];
}

function describeCommands({ environment, application, commands: where }: PullRequestContent): string {
  const name = `${environment}/${application}`;
  const commands = [
    ...(where === 'comments' ? inComments : byCommandLine),
    [`consignee explain ${name}`, 'says why this version, and why not another'],
    [`consignee diff ${name}`, 'shows the changes'],
  ];
  return folded(
    where === 'comments' ? 'Commands: in a comment, or on the command line' : 'Commands',
    table(
      ['command', 'does'],
      commands.map(([command = '', does = '']) => [code(command), does]),
    ),
  );
}

const inComments = [
  ['/hold 3d reason', 'keeps this pull request from being merged by the bot, and from changing, for three days'],
  ['/skip', 'takes the next newer version instead of this one'],
  ['/explain', 'answers with why this version, and what it waits for'],
  ['/help', 'answers with all commands, and who may give them'],
];

const byCommandLine = [
  ['consignee pull merge <number>', 'merges exactly what was reviewed'],
  ['consignee pull close <number>', 'skips this version; the next newer one is proposed again'],
];
