import { Failure } from '../core/failure.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import { reviewDiff } from '../core/pull-request/review-diff.ts';
import { type CommitSha, type Person, parseCommitSha } from '../core/repository/commit.ts';
import { findPullRequest, mergeMessageFor, mergePullRequest } from '../workflows/merge-pull-request.ts';
import { proveBeforeMerge } from '../workflows/prove-before-merge.ts';
import { colourDiff } from './print-diff.ts';
import { printMarkdown } from './print-markdown.ts';
import type { CommandContext, CommonOptions } from './services.ts';
import { type Session, withSession } from './session.ts';
import { columns, printJson, styler } from './terminal.ts';

type ActingOptions = CommonOptions & { readonly as?: string };

/** Lists pull requests. @returns The exit code. */
export async function pullList(
  options: CommonOptions & { readonly all?: boolean },
  context: CommandContext,
): Promise<number> {
  const { terminal } = context;
  const { open, ended } = await withSession(options, context, readPullRequests);
  const shown = [...open, ...(options.all ? ended : [])].toSorted((a, b) => b.number - a.number);
  if (options.output === 'json') {
    terminal.out(printJson({ pullRequests: shown }));
    return 0;
  }
  const style = styler(terminal);
  const rows = shown.map((it) => [
    `#${it.number}`,
    it.state,
    it.title,
    it.head,
    it.createdAt.toISOString().slice(0, 10),
  ]);
  const header = ['NUMBER', 'STATE', 'TITLE', 'BRANCH', 'OPENED'].map((it) => style('dim', it));
  const hint = ended.length > 0 ? `; ${ended.length} ended (--all lists them)` : '';
  terminal.out(rows.length === 0 ? `No pull request is open${hint}.\n` : `${columns([header, ...rows])}\n`);
  return 0;
}

/** Shows one with its text and comments. @returns The exit code. */
export async function pullShow(number: string, options: CommonOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  const { pullRequest, comments } = await withSession(options, context, async (session) => ({
    pullRequest: await find(number, session),
    comments: await session.forge.comments.list(parseNumber(number)),
  }));
  if (options.output === 'json') {
    terminal.out(printJson({ ...pullRequest, comments }));
    return 0;
  }
  const style = styler(terminal);
  const head = pullRequest.headSha ? ` at ${pullRequest.headSha.slice(0, 10)}` : '';
  const ended = pullRequest.endedBy ? ` by ${pullRequest.endedBy.name}` : '';
  terminal.out(
    [
      style('bold', `#${pullRequest.number} ${pullRequest.title}`),
      style('dim', `${pullRequest.state}${ended}, ${pullRequest.head}${head} into ${pullRequest.base}`),
      '',
      printMarkdown(pullRequest.body, terminal),
      ...comments.map(
        ({ author, createdAt, body }) =>
          `\n${style('bold', author.name)} ${style('dim', createdAt.toISOString())}\n${printMarkdown(body, terminal)}`,
      ),
      '',
    ].join('\n'),
  );
  return 0;
}

/** Shows what one changes. @returns The exit code. */
export async function pullDiff(
  number: string,
  options: CommonOptions & { readonly all?: boolean },
  context: CommandContext,
): Promise<number> {
  const diff = await withSession(options, context, async (session) => readDiff(await find(number, session), session));
  const { terminal } = context;
  const shown = options.all ? diff : reviewDiff(diff);
  if (options.output === 'json') terminal.out(printJson({ number: parseNumber(number), diff: shown }));
  else if (shown !== '') terminal.out(colourDiff(shown, terminal));
  else if (diff !== '') terminal.out('Only the lock file and the evidence change (--all shows them).\n');
  else terminal.out(`There is nothing that pull request #${parseNumber(number)} changes.\n`);
  return 0;
}

/** A merged one is what its merge brought; any other what a merge would bring now. */
async function readDiff({ number, headSha, base, mergeCommit }: PullRequest, { forge }: Session): Promise<string> {
  const { content } = forge;
  if (mergeCommit) {
    const [merge] = await content.readCommits({ to: mergeCommit, limit: 1 });
    const before = merge?.parents[0];
    if (before) return content.diff(before, mergeCommit);
  }
  const tip = (await content.readRefs()).get(`refs/heads/${base}`);
  if (!headSha || !tip)
    throw new Failure('usage', `The branches of pull request #${number} are gone: there is nothing to compare.`);
  const merged = await content.mergeTrees(tip, headSha);
  return content.diff(tip, merged.kind === 'clean' ? merged.tree : headSha);
}

/** Merges exactly the head that is there now, or the one named. @returns The exit code. */
export async function pullMerge(
  number: string,
  options: ActingOptions & { readonly head?: string },
  context: CommandContext,
): Promise<number> {
  const by = await findActor(options, context);
  const { before, pullRequest, commit } = await withSession(options, context, async (session) => {
    const pull = await find(number, session);
    const expectedHead = await chooseHead(pull, options.head);
    await proveBeforeMerge(pull, {
      ports: await session.passPorts(),
      options: session.passOptions({ mode: 'run', only: [] }),
    });
    const merged = await mergePullRequest({ ...(await mergeInput(pull, expectedHead, session)), by });
    return { before: pull.state, ...merged };
  });
  const name = `#${pullRequest.number} ${pullRequest.title}`;
  const into = `into ${pullRequest.base} as ${commit.slice(0, 10)}`;
  const text = before === 'merged' ? `${name} is merged already, ${into}.\n` : `Merged ${name} ${into}.\n`;
  context.terminal.out(options.output === 'json' ? printJson({ pullRequest, commit }) : text);
  return 0;
}

/** Closes one. @returns The exit code. */
export async function pullClose(number: string, options: ActingOptions, context: CommandContext): Promise<number> {
  const by = await findActor(options, context);
  const closed = await withSession(options, context, async (session) => {
    const { state } = await find(number, session);
    if (state !== 'open') throw new Failure('usage', `Pull request #${number} is ${state} already.`);
    return session.forge.pullRequests.close(parseNumber(number), by);
  });
  const text = `Closed #${closed.number} ${closed.title}. ${whatFollows(closed)}\n`;
  context.terminal.out(options.output === 'json' ? printJson({ pullRequest: closed }) : text);
  return 0;
}

function whatFollows({ title }: PullRequest): string {
  return title.endsWith(' (configuration)')
    ? 'Consignee does not propose exactly this again; it proposes what another configuration or a newer version makes of it.'
    : 'Consignee skips this version; the next newer one is proposed again.';
}

/** Adds a comment. @returns The exit code. */
export async function pullComment(
  number: string,
  body: string,
  options: ActingOptions,
  context: CommandContext,
): Promise<number> {
  if (body.trim() === '') {
    throw new Failure('usage', 'The comment has no text.', {
      remedy: `Write it after the number: consignee pull comment ${parseNumber(number)} "Looks good".`,
    });
  }
  const by = await findActor(options, context);
  const comment = await withSession(options, context, async (session) => {
    await find(number, session);
    return session.forge.comments.add(parseNumber(number), { body, by });
  });
  context.terminal.out(options.output === 'json' ? printJson({ comment }) : `Commented on #${number}.\n`);
  return 0;
}

async function readPullRequests({ forge }: Session) {
  await forge.content.readRefs();
  return { open: await forge.pullRequests.listOpen(), ended: await forge.pullRequests.listEnded() };
}

async function find(number: string, session: Session): Promise<PullRequest> {
  await session.forge.content.readRefs();
  return findPullRequest(session.forge, parseNumber(number));
}

function parseNumber(text: string): number {
  const number = Number(text.replace(/^#/, ''));
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Failure('usage', `${text} is no number of a pull request.`, {
    remedy: 'Write it as 3 or #3; "consignee pull list" shows them.',
  });
}

async function mergeInput(pull: PullRequest, expectedHead: CommitSha, { forge, passPorts, repository }: Session) {
  const { store } = await passPorts();
  const recorded = await store.recordedCommits(repository.name, pull.head);
  const message = await mergeMessageFor(pull, expectedHead, { content: forge.content, recorded });
  return { number: pull.number, expectedHead, message, forge };
}

async function chooseHead({ number, headSha }: PullRequest, wanted: string | undefined): Promise<CommitSha> {
  if (!headSha)
    throw new Failure('forge-conflict', `The branch of pull request #${number} is gone.`, {
      remedy: 'Run "consignee run": it brings it back.',
    });
  if (wanted === undefined) return headSha;
  const commit =
    parseCommitSha(wanted) ?? (/^[0-9a-f]{7,}$/.test(wanted) && headSha.startsWith(wanted) ? headSha : undefined);
  if (commit) return commit;
  throw new Failure('forge-conflict', `Pull request #${number} is at ${headSha.slice(0, 10)}, not at ${wanted}.`, {
    remedy: 'Look at what is new on it, then merge with its present head.',
  });
}

async function findActor({ as }: ActingOptions, context: CommandContext): Promise<Person> {
  if (as === undefined) return (await context.services()).findPerson();
  const match = /^([^<>\n]+?)\s*<([^<>\s]+)>$/.exec(as);
  if (match?.[1] && match[2]) return { name: match[1], email: match[2] };
  throw new Failure('usage', `"${as}" does not say who acts.`, {
    remedy: 'Write it as --as "Ada Lovelace <ada@example.org>".',
  });
}
