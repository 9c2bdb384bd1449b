import type { RestEndpointMethodTypes } from '@octokit/rest';
import { Failure } from '../../core/failure.ts';
import type { Comments, Issue, Issues } from '../../ports/forge.ts';
import { decideByReading } from './github-failure.ts';
import { actorOf, type GitHubRepository, per_page } from './github-repository.ts';
import { sameText } from './same-text.ts';

type ApiIssue = RestEndpointMethodTypes['issues']['get']['response']['data'];

/** The hidden first line by which the bot finds its issue again; it counts only in an issue of the bot's own account. */
const markerPattern = /^<!-- consignee:issue (\S+) -->/;
const marker = (key: string) => `<!-- consignee:issue ${key} -->`;

/** An issue of the bot, with the text that it has now. */
interface Kept extends Issue {
  readonly body: string;
}

export function createIssues(repository: GitHubRepository, comments: Comments): Issues {
  const { client, at, lock, self, git } = repository;
  const toKept = async (issue: ApiIssue): Promise<readonly Kept[]> => {
    const key = markerPattern.exec(issue.body ?? '')?.[1];
    // To GitHub a pull request is an issue as well.
    if (key === undefined || issue.pull_request || actorOf(issue.user).id !== (await self()).id) return [];
    const { number, title, html_url: link } = issue;
    return [{ number, key, title, link, body: issue.body ?? '' }];
  };

  const listOpen = async (): Promise<readonly Kept[]> =>
    (await Promise.all((await listOpenIssues(repository)).map(toKept))).flat();

  async function ensure({ key, title, body: text }: Parameters<Issues['ensure']>[0]): Promise<Issue> {
    const body = `${marker(key)}\n${text}`;
    /** The oldest one counts, so that all processes keep the same; the others go. */
    const find = async () => {
      const [oldest, ...twins] = (await listOpen()).filter((it) => it.key === key);
      for (const { number } of twins) await client.rest.issues.update({ ...at, issue_number: number, state: 'closed' });
      return oldest;
    };
    const there = await find();
    if (there?.title === title && sameText(there.body, body)) return show(there);
    return decideByReading<Issue>(
      async () => {
        const { data } = there
          ? await client.rest.issues.update({ ...at, issue_number: there.number, title, body })
          : await client.rest.issues.create({ ...at, title, body });
        return { number: data.number, key, title: data.title, link: data.html_url };
      },
      async () => {
        const found = await find();
        return found?.title === title && sameText(found.body, body) ? show(found) : undefined;
      },
    );
  }

  return {
    listOpen: async () => (await listOpen()).map(show),
    ensure: (issue) => lock(() => ensure(issue)),
    async close(number, why) {
      const { data } = await client.rest.issues.get({ ...at, issue_number: number });
      const [kept] = await toKept(data);
      if (!kept) {
        throw new Failure('usage', `Issue ${number} of ${git.name} is none that the bot keeps`, {
          remedy: 'Close it by hand.',
        });
      }
      if (data.state !== 'open') return;
      await comments.ensure(number, { key: 'closed', body: why, by: nobody });
      await client.rest.issues.update({ ...at, issue_number: number, state: 'closed' });
    },
  };
}

/** GitHub has accounts: whoever is named is left aside. */
const nobody = { name: '', email: '' };

const show = ({ number, key, title, link }: Kept): Issue => ({ number, key, title, link });

/** Oldest first. All of them together keep their places while pages are read, those that are open do not. */
async function listOpenIssues({ client, at }: GitHubRepository): Promise<readonly ApiIssue[]> {
  const parameters = { ...at, sort: 'created', direction: 'asc', per_page } as const;
  const { data } = await client.rest.issues.listForRepo({ ...parameters, state: 'open' });
  if (data.length < per_page) return data;
  const all = await client.paginate(client.rest.issues.listForRepo, { ...parameters, state: 'all' });
  return [...new Map(all.map((it) => [it.number, it])).values()].filter(({ state }) => state === 'open');
}
