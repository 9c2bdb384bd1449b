import type { Mapping } from '../../core/component/mapping.ts';
import { Failure } from '../../core/failure.ts';
import type { Issue, Issues } from '../../ports/forge.ts';
import type { Written } from './client.ts';
import { integerAt, mappingOf, optionalTextAt, textAt } from './fields.ts';
import { readPages } from './pages.ts';
import { actorAt, type Site } from './site.ts';
import { cutTitle } from './titles.ts';

type WantedIssue = Parameters<Issues['ensure']>[0];

/** Closes a thing with a reason: `comments.ensure`, which is safe to repeat. */
export type SayWhy = (number: number, why: string) => Promise<void>;

interface Kept {
  readonly issue: Issue;
  readonly body: string;
}

export function createIssues(site: Site, sayWhy: SayWhy): Issues {
  return {
    listOpen: async () => (await readKept(site)).map(({ issue }) => issue),
    ensure: (wanted) => site.alone(() => ensureIssue(site, wanted)),
    async close(number, why) {
      if ((await readState(site, number)) !== 'open') return;
      await sayWhy(number, why);
      const written = await setIssue(site, number, { state: 'closed' });
      if (written.kind !== 'done' && (await readState(site, number)) === 'open') throw written.failure;
    },
  };
}

async function ensureIssue(site: Site, wanted: WantedIssue): Promise<Issue> {
  const title = cutTitle(wanted.title);
  const body = `${wanted.body}\n\n${issueMarker(wanted.key)}`;
  let [oldest, ...younger] = await readOf(site, wanted.key);
  if (!oldest) {
    const { owner, name } = site;
    const written = await site.client.write((api) => api.repos.issueCreateIssue(owner, name, { title, body }));
    [oldest, ...younger] = await readOf(site, wanted.key);
    if (!oldest) throw written.kind === 'done' ? vanished(wanted.key) : written.failure;
  }
  for (const { issue } of younger) await closeTwin(site, issue.number);
  if (oldest.issue.title === title && oldest.body === body) return oldest.issue;
  const written = await setIssue(site, oldest.issue.number, { title, body });
  if (written.kind === 'refused') throw written.failure;
  const now = (await readOf(site, wanted.key)).find(({ issue }) => issue.number === oldest.issue.number);
  if (now?.body === body) return now.issue;
  throw written.kind === 'done' ? vanished(wanted.key) : written.failure;
}

function vanished(key: string): Failure {
  return new Failure('forge-conflict', `The issue ${key} was changed by somebody else while it was written`);
}

async function closeTwin(site: Site, number: number): Promise<void> {
  const written = await setIssue(site, number, { state: 'closed' });
  if (written.kind === 'refused') throw written.failure;
}

function setIssue(
  { client, owner, name }: Site,
  number: number,
  change: { readonly state?: string; readonly title?: string; readonly body?: string },
): Promise<Written> {
  return client.write((api) => api.repos.issueEditIssue(owner, name, number, change));
}

async function readState(site: Site, number: number): Promise<string | undefined> {
  const read = await site.find((api) => api.repos.issueGetIssue(site.owner, site.name, number));
  return read?.parse((value) => textAt(mappingOf(value, 'the issue'), 'state'));
}

/** @returns Those that are open and have the key, the oldest first. */
async function readOf(site: Site, key: string): Promise<readonly Kept[]> {
  return (await readKept(site)).filter(({ issue }) => issue.key === key);
}

async function readKept(site: Site): Promise<readonly Kept[]> {
  const self = await site.self();
  const { rows } = await readPages(site, {
    call: (api, page) => api.repos.issueListIssues(site.owner, site.name, { state: 'open', type: 'issues', ...page }),
    take: (row) => keptOf(row, self.id),
  });
  return rows.flatMap((it) => it ?? []).sort((a, b) => a.issue.number - b.issue.number);
}

const markerPattern = /<!-- consignee:issue ([A-Za-z0-9.:/@+=-]+) -->/;

function issueMarker(key: string): string {
  const marker = `<!-- consignee:issue ${key} -->`;
  if (markerPattern.exec(marker)?.[1] === key && !key.includes('--')) return marker;
  throw new Error(`${JSON.stringify(key)} cannot be the key of an issue`);
}

/** @returns `undefined` for an issue that the bot does not keep. */
function keptOf(row: Mapping, selfId: string): Kept | undefined {
  const body = optionalTextAt(row, 'body');
  // The marker stands last: what the text above quotes is no key.
  const key = markerPattern.exec(body.slice(body.lastIndexOf('<!-- consignee:issue ')))?.[1];
  if (key === undefined || actorAt(row, 'user').id !== selfId) return undefined;
  return {
    issue: { number: integerAt(row, 'number'), key, title: textAt(row, 'title'), link: textAt(row, 'html_url') },
    body,
  };
}
