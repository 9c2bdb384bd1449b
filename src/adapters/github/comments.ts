import type { RestEndpointMethodTypes } from '@octokit/rest';
import { commentMarker } from '../../core/pull-request/comment-marker.ts';
import type { Comment } from '../../core/pull-request/pull-request.ts';
import type { Comments } from '../../ports/forge.ts';
import { decideByReading, unlessGone } from './github-failure.ts';
import { actorOf, type GitHubRepository, per_page } from './github-repository.ts';
import { sameText } from './same-text.ts';

type ApiComment = RestEndpointMethodTypes['issues']['getComment']['response']['data'];

export function createComments(repository: GitHubRepository): Comments {
  const { client, at, lock } = repository;
  const list = (number: number) => listComments(number, repository);
  const add = createAdd(repository);
  return {
    list,
    async listSince(since) {
      const listed = await client.paginate(client.rest.issues.listCommentsForRepo, {
        ...at,
        since: since.toISOString(),
        // Those that are changed while pages are read stay where they are.
        sort: 'created',
        direction: 'asc',
        per_page,
      });
      return [...new Map(listed.map((it) => [it.id, showComment(it)])).values()];
    },
    async read(id) {
      const comment_id = numberOf(id);
      const response = comment_id && (await unlessGone(client.rest.issues.getComment({ ...at, comment_id })));
      return response ? showComment(response.data) : undefined;
    },
    add: (number, { body }) => lock(() => add(number, body)),
    ensure: (number, comment) => lock(() => ensure(number, comment, { list, add, repository })),
    async acknowledge(id) {
      const comment_id = numberOf(id);
      if (comment_id === undefined) return;
      // A comment that is gone needs no sign.
      await unlessGone(client.rest.reactions.createForIssueComment({ ...at, comment_id, content: 'eyes' }));
    },
  };
}

interface Keeping {
  readonly list: (number: number) => Promise<readonly Comment[]>;
  readonly add: (number: number, body: string) => Promise<Comment>;
  readonly repository: GitHubRepository;
}

async function ensure(
  number: number,
  { key, body }: Parameters<Comments['ensure']>[1],
  { list, add, repository: { client, at, self } }: Keeping,
): ReturnType<Comments['ensure']> {
  const marker = commentMarker(key);
  const text = `${marker}\n${body}`;
  const bot = await self();
  /** The oldest one counts, so that all processes keep the same; the others go. */
  const findKept = async () => {
    const own = (await list(number)).filter((it) => it.author.id === bot.id && it.body.startsWith(marker));
    const [oldest, ...twins] = own.toSorted((a, b) => Number(a.id) - Number(b.id));
    for (const { id } of twins) await unlessGone(client.rest.issues.deleteComment({ ...at, comment_id: Number(id) }));
    return oldest;
  };
  const there = await findKept();
  if (there === undefined) {
    const added = await add(number, text);
    return { comment: (await findKept()) ?? added, written: true };
  }
  if (sameText(there.body, text)) return { comment: there, written: false };
  const { data } = await client.rest.issues.updateComment({ ...at, comment_id: Number(there.id), body: text });
  return { comment: showComment(data), written: true };
}

async function listComments(issue_number: number, { client, at }: GitHubRepository): Promise<readonly Comment[]> {
  const listed = await client.paginate(client.rest.issues.listComments, { ...at, issue_number, per_page });
  return listed.map(showComment);
}

function createAdd(repository: GitHubRepository): (number: number, body: string) => Promise<Comment> {
  const { client, at, self } = repository;
  /** Those that this process made: after a lost answer another one that says the same is the one that was lost. */
  const made = new Set<string>();
  return async (number, body) => {
    const comment = await decideByReading(
      async () => showComment((await client.rest.issues.createComment({ ...at, issue_number: number, body })).data),
      async () => {
        const bot = await self();
        const own = (await listComments(number, repository)).filter(({ author }) => author.id === bot.id);
        return own.findLast((it) => sameText(it.body, body) && !made.has(it.id));
      },
    );
    made.add(comment.id);
    return comment;
  };
}

function showComment(comment: ApiComment): Comment {
  return {
    id: String(comment.id),
    number: Number(comment.issue_url.split('/').at(-1)),
    author: actorOf(comment.user),
    body: comment.body ?? '',
    createdAt: new Date(comment.created_at),
    // Only a change of the text moves this. One within the second of its making does not show (A-46 has the digest for that).
    edited: comment.created_at !== comment.updated_at,
  };
}

function numberOf(id: string): number | undefined {
  return /^[1-9]\d{0,15}$/.test(id) ? Number(id) : undefined;
}
