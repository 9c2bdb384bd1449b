import type { Mapping } from '../../core/component/mapping.ts';
import type { Actor } from '../../core/pull-request/actor.ts';
import type { CommitSha } from '../../core/repository/commit.ts';
import type { Check, CheckState, Checks, WantedCheck } from '../../ports/forge.ts';
import { integerAt, optionalTextAt, textAt } from './fields.ts';
import { readPages } from './pages.ts';
import type { ServerKind } from './server-version.ts';
import { actorAt, type Site } from './site.ts';

export function createChecks(site: Site): Checks {
  return {
    list: (sha) => listChecks(site, sha),
    async set(sha, check) {
      const self = await site.self();
      if (isSet(await listChecks(site, sha), check, self)) return;
      const { context, state, description, link } = check;
      const written = await site.client.write((api) =>
        api.repos.repoCreateStatus(site.owner, site.name, sha, {
          context,
          state,
          description,
          ...(link !== undefined && { target_url: link }),
        }),
      );
      if (written.kind === 'done') return;
      if (!isSet(await listChecks(site, sha), check, self)) throw written.failure;
    },
  };
}

/** Whoever else reported under the name of the bot is answered: the newest word counts for the forge. */
function isSet(checks: readonly Check[], wanted: WantedCheck, self: Actor): boolean {
  const newest = checks.find(({ context }) => context === wanted.context);
  return (
    newest?.by?.id === self.id &&
    newest.state === wanted.state &&
    newest.description === wanted.description &&
    newest.link === wanted.link
  );
}

async function listChecks(site: Site, sha: CommitSha): Promise<readonly Check[]> {
  const { kind } = await site.client.version();
  const { rows } = await readPages(site, {
    call: (api, page) => api.repos.repoListStatuses(site.owner, site.name, sha, page),
    take: (row) => ({ id: integerAt(row, 'id'), check: checkOf(row, kind) }),
  });
  // They come in no order that can be relied on.
  const oldestFirst = rows.toSorted((a, b) => a.id - b.id);
  return [...new Map(oldestFirst.map(({ check }) => [check.context, check])).values()];
}

function checkOf(row: Mapping, kind: ServerKind): Check {
  const link = optionalTextAt(row, 'target_url');
  return {
    context: textAt(row, 'context'),
    state: stateFrom(textAt(row, 'status'), kind),
    description: optionalTextAt(row, 'description'),
    ...(link !== '' && { link }),
    by: row.creator === null || row.creator === undefined ? undefined : actorAt(row, 'creator'),
  };
}

/** The forge takes any word: one that nobody knows proves nothing. */
function stateFrom(word: string, kind: ServerKind): CheckState {
  switch (word) {
    case 'success':
    case 'skipped':
      return 'success';
    case 'warning':
      // Forgejo does not let it pass.
      return kind === 'gitea' ? 'success' : 'failure';
    case 'failure':
    case 'error':
      return 'failure';
    default:
      return 'pending';
  }
}
