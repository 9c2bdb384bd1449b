import type { Mapping } from '../../core/component/mapping.ts';
import { mapLimited } from '../../core/map-limited.ts';
import type { Actor } from '../../core/pull-request/actor.ts';
import type { PullRequest } from '../../core/pull-request/pull-request.ts';
import { type CommitSha, parseCommitSha } from '../../core/repository/commit.ts';
import { dateAt, integerAt, mappingOf, objectAt, textAt } from './fields.ts';
import { readPages } from './pages.ts';
import { type PullRequestRow, pullRequestRowOf } from './pull-request-row.ts';
import { actorAt, type Site } from './site.ts';
import { createSlots } from './slots.ts';

export interface EndedPullRequests {
  /** @returns Those of the bot that ended, in the order in which they were opened. */
  list(head: string | undefined): Promise<readonly PullRequest[]>;
  /** Has what ended since looked for at the next call. Until then all calls are about one moment, and cost one listing. */
  expire(): void;
  /** Adds what the row of one that has ended does not tell, or tells of now instead of when it ended. */
  complete(row: PullRequestRow): Promise<PullRequest>;
}

/** Of all that ended, those of others too, for only then the number of them can be compared. */
interface Memory {
  readonly rows: Map<number, PullRequestRow>;
  /** When the latest change was made that is known. */
  mark: string;
}

/** What has ended hardly changes: after the first listing only what is new is read, and details only of what is asked for. */
export function createEndedPullRequests(site: Site): EndedPullRequests {
  const details = new Map<string, Promise<PullRequest>>();
  const oneByOne = createSlots(1);
  let memory: Memory | undefined;
  let current: Promise<readonly PullRequestRow[]> | undefined;

  function complete(row: PullRequestRow): Promise<PullRequest> {
    const key = `${row.pullRequest.number} ${row.pullRequest.state} ${row.closedAt}`;
    const known = details.get(key) ?? readDetails(site, row);
    details.set(key, known);
    known.catch(() => details.delete(key));
    // What people may still change is as the row says.
    return known.then(({ headSha, endedBy, endedWithBranch }) => ({
      ...row.pullRequest,
      headSha,
      endedBy,
      endedWithBranch,
    }));
  }

  async function readRows(): Promise<readonly PullRequestRow[]> {
    if (memory && !(await addNews(site, memory))) memory = undefined;
    memory ??= await readAll(site);
    return [...memory.rows.values()];
  }

  return {
    complete,
    expire() {
      current = undefined;
    },
    async list(head) {
      const reading = current ?? oneByOne(readRows);
      current = reading;
      reading.catch(() => {
        if (current === reading) current = undefined;
      });
      const rows = await reading;
      const wanted = rows
        .filter(({ ours, pullRequest }) => ours && (head === undefined || pullRequest.head === head))
        .sort((a, b) => a.pullRequest.number - b.pullRequest.number);
      return mapLimited(wanted, site.client.limits.concurrency, complete);
    },
  };
}

async function readAll(site: Site): Promise<Memory> {
  const memory: Memory = { rows: new Map(), mark: '' };
  await readChanged(site, memory);
  return memory;
}

/** @returns Whether the memory is complete now: what was opened again or deleted is not told by what changed. */
async function addNews(site: Site, memory: Memory): Promise<boolean> {
  const total = await readChanged(site, memory);
  return total === memory.rows.size;
}

async function readChanged(site: Site, memory: Memory): Promise<number | undefined> {
  const self = await site.self();
  const { mark } = memory;
  const { rows, total } = await readPages(site, {
    call: (api, page) =>
      api.repos.repoListPullRequests(site.owner, site.name, { state: 'closed', sort: 'recentupdate', ...page }),
    take: (row) => ({ row: pullRequestRowOf(row, self), changed: dateAt(row, 'updated_at').toISOString() }),
    // Those of the very second of the mark may be new.
    enough: (page) => mark !== '' && page.some(({ changed }) => changed < mark),
  });
  for (const { row, changed } of rows) {
    memory.rows.set(row.pullRequest.number, row);
    if (changed > memory.mark) memory.mark = changed;
  }
  return total;
}

async function readDetails(site: Site, row: PullRequestRow): Promise<PullRequest> {
  const { pullRequest, branchGone } = row;
  // The branch may have moved on since, and be about something else; this ref stays.
  const headSha = branchGone ? pullRequest.headSha : await readHeadRef(site, pullRequest.number);
  if (pullRequest.endedBy) return { ...pullRequest, headSha };
  return { ...pullRequest, headSha, ...(await readEnd(site, pullRequest)) };
}

async function readHeadRef(site: Site, number: number): Promise<CommitSha | undefined> {
  const ref = `refs/pull/${number}/head`;
  const read = await site.find((api) => api.repos.repoListGitRefs(site.owner, site.name, ref.slice('refs/'.length)));
  return read?.parse((value) => {
    // Older servers give one ref by itself.
    const rows = (Array.isArray(value) ? value : [value]).map((it) => mappingOf(it, 'a ref'));
    const found = rows.find((it) => textAt(it, 'ref') === ref);
    return found && parseCommitSha(textAt(objectAt(found, 'object'), 'sha'));
  });
}

interface End {
  readonly endedBy: Actor | undefined;
  readonly endedWithBranch: boolean;
}

interface TimelineEntry {
  readonly id: number;
  readonly type: string;
  readonly by: Actor;
  readonly at: number;
}

/** Seconds between closing and deleting the branch, when the forge does both at once. */
const togetherSeconds = 2;

/** The forge closes and then notes the deletion, as one; a person who deletes the branch of a closed one comes later. */
async function readEnd(site: Site, { number, state }: PullRequest): Promise<End> {
  const { rows } = await readPages(site, {
    call: (api, page) => api.repos.issueGetCommentsAndTimeline(site.owner, site.name, number, page),
    take: timelineEntryOf,
  });
  const entries = rows.toSorted((a, b) => a.id - b.id);
  const index = entries.findLastIndex(({ type }) => type === (state === 'merged' ? 'merge_pull' : 'close'));
  const close = entries[index];
  if (!close || state === 'merged') return { endedBy: close?.by, endedWithBranch: false };
  const next = entries[index + 1];
  const endedWithBranch =
    next?.type === 'delete_branch' && next.by.id === close.by.id && next.at - close.at <= togetherSeconds * 1000;
  return { endedBy: close.by, endedWithBranch };
}

function timelineEntryOf(row: Mapping): TimelineEntry {
  return {
    id: integerAt(row, 'id'),
    type: textAt(row, 'type'),
    by: actorAt(row, 'user'),
    at: dateAt(row, 'created_at').getTime(),
  };
}
