import { type Target, targetOf } from '../../core/controllers/target.ts';
import { Failure } from '../../core/failure.ts';
import type { Installation } from '../../core/installation/installation.ts';
import type { LockFile } from '../../core/installation/lock-file.ts';
import { lockPathOf } from '../../core/installation/places.ts';
import type { ReadText, RulesPart } from '../../core/localization/preview.ts';
import type { ReviewedValues } from '../../core/pull-request/review.ts';
import { Refusal } from '../../core/trust/reason.ts';
import {
  findChangedBlocks,
  judgeValues,
  linesOfValues,
  type ValuesRemark,
  type ValuesVersion,
} from '../../core/values/judge-values.ts';
import { proposalsOf } from '../close-twins.ts';
import { readLocked } from '../compare-versions.ts';
import { loadTemplateSet } from '../load-template-set.ts';
import { readValuesText } from '../make-installation.ts';
import type { RepositoryState } from '../observe-repository.ts';
import type { PassPorts, PassView } from '../pass.ts';
import { findNamedResources, readComponentTexts } from '../read-component-texts.ts';
import { readLockAt } from '../read-lock.ts';

interface ValuesInput {
  /** Values files that are touched. */
  readonly paths: readonly string[];
  /** Installations that read them, as they would be. */
  readonly installations: readonly Installation[];
  readonly view: PassView;
  /** The repository as it would be. */
  readonly after: Pick<RepositoryState, 'tree'>;
  readonly ports: PassPorts;
}

/** Judges values files as they would be after a merge: their form, and by what the installed and the proposed version say of their parameters. */
export async function reviewValues(input: ValuesInput): Promise<readonly ReviewedValues[]> {
  const reviewed: ReviewedValues[] = [];
  for (const path of input.paths) {
    const readers = input.installations.filter((it) => it.valuesPath === path && it.manage === 'render');
    const [some] = readers;
    if (some) reviewed.push({ path, remarks: await reviewFile(some, readers, input) });
  }
  return reviewed;
}

async function reviewFile(
  some: Installation,
  readers: readonly Installation[],
  { view, after, ports }: ValuesInput,
): Promise<readonly ValuesRemark[]> {
  const versions = {
    before: await readValuesText(some, view.state, ports),
    after: await readValuesText(some, after, ports),
  };
  const locked = await Promise.all(readers.map((it) => readLocks(it, view, ports)));
  const applications = locked.map((it) => ({ name: it.installation.application, installed: hasReader(it) }));
  const form = judgeValues({ ...versions, applications });
  if (form.some((it) => it.wrong)) return form;
  const isChanged = findChangedBlocks(versions);
  const changed = locked.filter(({ installation }) => isChanged(installation.application));
  const findLine = linesOfValues(versions.after.text ?? '');
  const advice: ValuesRemark[] = [];
  for (const it of changed.slice(0, maxAdvised))
    advice.push(...(await adviseOn(it, versions.after, { findLine, ports })));
  return [...form, ...distinct(advice), ...leftOver(changed.length - maxAdvised)];
}

/** Their component versions are read from the registry. */
const maxAdvised = 20;

function leftOver(more: number): readonly ValuesRemark[] {
  if (more <= 0) return [];
  return [{ message: `the parameters of ${more} more installations were not looked at`, wrong: false }];
}

/** Several environments may read one block. */
function distinct(remarks: readonly ValuesRemark[]): readonly ValuesRemark[] {
  return [...new Map(remarks.map((it) => [`${it.line} ${it.message}`, it])).values()];
}

interface Locked {
  readonly installation: Installation;
  readonly installed: LockFile | undefined;
  /** Of the open pull request of the bot. */
  readonly proposed: LockFile | undefined;
  /** What the template set deploys; why that cannot be told, as a clause. */
  readonly target: Target | string;
}

async function readLocks(installation: Installation, view: PassView, ports: PassPorts): Promise<Locked> {
  const { content } = ports.forge;
  const path = lockPathOf(installation);
  const [open] = proposalsOf(installation, view.pullRequests);
  const [installed, proposed] = await Promise.all([
    readLockAt(content, view.state.commit, path),
    open?.headSha && readLockAt(content, open.headSha, path),
  ]);
  return { installation, installed, proposed, target: await readTarget(installation, view, ports) };
}

async function readTarget(installation: Installation, { state }: PassView, ports: PassPorts): Promise<Target | string> {
  try {
    const { set } = await loadTemplateSet(installation, state.texts, ports.templateSets);
    return targetOf(installation, set);
  } catch (error) {
    return whyNot(error);
  }
}

/** Generation 2 has no configuration that reads a file of values. */
const hasReader = ({ installed, target }: Locked): boolean =>
  installed !== undefined && (typeof target === 'string' || target.generation !== 2);

/** The schema is the provider's, and upstream enforces none of it: what does not fit is told, and keeps nobody from anything. */
async function adviseOn(
  { installation, installed, proposed, target }: Locked,
  { text, unreadable }: ValuesVersion,
  { findLine, ports }: { readonly findLine: ReturnType<typeof linesOfValues>; readonly ports: PassPorts },
): Promise<readonly ValuesRemark[]> {
  const { application, valuesPath: path } = installation;
  const newest = proposed ?? installed;
  if (text === undefined || unreadable || !newest) return [];
  if (typeof target === 'string') return [unjudged(newest, target)];
  const values = { path, application, before: text, after: text, unreadable: false };
  try {
    const after = await readRules(installation, newest, { target, ports });
    const before = installed && installed !== newest && (await readRules(installation, installed, { target, ports }));
    const preview = await ports.evaluator.preview({ values, after, ...(before && { before }) });
    return [
      ...after.flatMap(({ config }) => (config.kind === 'unread' ? [unjudged(newest, config.why)] : [])),
      ...preview.values.advice
        .filter(({ kind }) => kind !== 'new')
        .map(({ parameter, message }) => ({
          message: `${application}.${parameter} ${message}`,
          wrong: false,
          ...findLine([application, ...parameter.split('.')]),
        })),
    ];
  } catch (error) {
    return [unjudged(newest, whyNot(error))];
  }
}

/** What only advises waits for nothing, and fails nothing. */
function whyNot(error: unknown): string {
  if (error instanceof Refusal) return error.problem.message;
  if (error instanceof Failure) return error.message;
  throw error;
}

const unjudged = ({ component, version }: LockFile, why: string): ValuesRemark => ({
  message: `what parameters ${component} ${version} has cannot be told: ${why.replace(/\.$/, '')}`,
  wrong: false,
});

/** Reads what a version says of its parameters, when it is still what the lock file says. */
async function readRules(
  { registry }: Installation,
  lock: LockFile,
  { target, ports }: { readonly target: Target; readonly ports: PassPorts },
): Promise<readonly RulesPart[]> {
  const repository = await ports.repositories.open(registry.url);
  const collected = await readLocked({ repository, installed: lock });
  if (!collected) return [];
  const paths = [...new Set(target.deployments.flatMap(({ configuration }) => configuration ?? []))];
  if (typeof collected === 'string') return paths.map((it) => partOf(it, { kind: 'unread', why: collected }));
  const named = findNamedResources(collected, paths);
  const { resources, unread } = await readComponentTexts(repository, named.found);
  return paths.map((path) => {
    const text = resources.get(path)?.get('');
    const why = named.unread.get(path) ?? unread.get(path);
    return partOf(
      path,
      text !== undefined ? { kind: 'read', text } : why ? { kind: 'unread', why } : { kind: 'missing' },
    );
  });
}

/** Where rules write to is none of the question. */
const partOf = (path: string, config: ReadText): RulesPart => ({
  kind: 'rules',
  names: { manifests: '', config: path },
  config,
  manifests: { kind: 'missing' },
  resources: [],
});
