import type { RestEndpointMethodTypes } from '@octokit/rest';
import type { Actor } from '../../core/pull-request/actor.ts';
import type { CommitSha } from '../../core/repository/commit.ts';
import type { Check, CheckState, Checks, WantedCheck } from '../../ports/forge.ts';
import { decideByReading, isForbidden } from './github-failure.ts';
import { actorOf, type GitHubRepository, per_page } from './github-repository.ts';

type ApiStatus = RestEndpointMethodTypes['repos']['listCommitStatusesForRef']['response']['data'][number];
type ApiRun = RestEndpointMethodTypes['checks']['listForRef']['response']['data']['check_runs'][number];

/** The most that GitHub takes. */
const longestDescription = 140;

/** Statuses, and the check runs of Apps, among them GitHub Actions: to people both are checks. */
export function createChecks(repository: GitHubRepository): Checks {
  const { client, at, lock } = repository;
  const listStatuses = (ref: string): Promise<readonly ApiStatus[]> =>
    client.paginate(client.rest.repos.listCommitStatusesForRef, { ...at, ref, per_page });

  async function set(sha: CommitSha, check: WantedCheck) {
    const wanted = { ...check, description: cut(check.description) };
    const isSet = async () => {
      const bot = await repository.self();
      const own = (await listStatuses(sha)).filter(
        (it) => it.context === wanted.context && actorOf(it.creator).id === bot.id,
      );
      const newest = own.toSorted(newestFirst)[0];
      return newest !== undefined && saysSame(showStatus(newest), wanted);
    };
    if (await isSet()) return;
    const { context, state, description, link: target_url } = wanted;
    await decideByReading<unknown>(
      () =>
        client.rest.repos.createCommitStatus({
          ...at,
          ...{ sha, state, context, description },
          ...(target_url !== undefined && { target_url }),
        }),
      async () => (await isSet()) || undefined,
    );
  }

  return {
    set: (sha, check) => lock(() => set(sha, check)),
    async list(sha) {
      const statuses = (await listStatuses(sha))
        .toSorted(newestFirst)
        .map((it) => dated(showStatus(it), it.created_at));
      const runs = (await listRuns(sha, repository)).map((it) => dated(showRun(it), it.completed_at ?? it.started_at));
      const newest = new Map<string, DatedCheck>();
      for (const it of [...statuses, ...runs]) {
        const other = newest.get(it.check.context);
        if (!other || it.at > other.at) newest.set(it.check.context, it);
      }
      return [...newest.values()].map(({ check }) => check);
    },
  };
}

interface DatedCheck {
  readonly check: Check;
  readonly at: number;
}

/** A check that did not begin yet is newer than any other. */
function dated(check: Check, at: string | null): DatedCheck {
  return { check, at: at === null ? Number.POSITIVE_INFINITY : Date.parse(at) };
}

/** Seconds are too coarse to tell two apart, numbers are not. */
const newestFirst = (a: { readonly id: number }, b: { readonly id: number }) => b.id - a.id;

/**
 * Tokens of people with fine-grained rights cannot be given the right to read check runs. What is not seen is not there, so it fulfils
 * nothing that is required.
 */
async function listRuns(ref: string, { client, at }: GitHubRepository): Promise<readonly ApiRun[]> {
  try {
    const runs = await client.paginate(client.rest.checks.listForRef, { ...at, ref, filter: 'latest', per_page });
    return runs.toSorted(newestFirst);
  } catch (error) {
    if (isForbidden(error)) return [];
    throw error;
  }
}

function showStatus({ context, state, description, target_url, creator }: ApiStatus): Check {
  return {
    context,
    state: state === 'success' || state === 'pending' ? state : 'failure',
    description: description ?? '',
    ...(target_url !== null && target_url !== '' && { link: target_url }),
    by: creator ? actorOf(creator) : undefined,
  };
}

function showRun({ name, status, conclusion, output, html_url, app }: ApiRun): Check {
  return {
    context: name,
    state: status === 'completed' ? stateOf(conclusion) : 'pending',
    description: output.title ?? conclusion ?? status,
    ...(html_url !== null && { link: html_url }),
    by: app ? reporterOf(app) : undefined,
  };
}

/** GitHub lets a merge pass with these three. */
function stateOf(conclusion: string | null): CheckState {
  return conclusion === 'success' || conclusion === 'neutral' || conclusion === 'skipped' ? 'success' : 'failure';
}

/** The numbers of Apps are not those of accounts. */
function reporterOf({ id, slug }: { readonly id: number; readonly slug?: string }): Actor {
  return { id: `app:${id}`, name: slug ?? `App ${id}` };
}

function saysSame(a: WantedCheck, b: WantedCheck): boolean {
  return a.state === b.state && a.description === b.description && a.link === b.link;
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length > longestDescription ? `${characters.slice(0, longestDescription - 1).join('')}…` : text;
}
