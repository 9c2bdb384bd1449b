import type { RestEndpointMethodTypes } from '@octokit/rest';
import { Failure } from '../../core/failure.ts';
import type { Hook, Hooks } from '../../ports/hooks.ts';
import type { GitHubAccount } from './github-account.ts';
import type { GitHubPlace } from './github-client.ts';
import { isForbidden, unlessGone } from './github-failure.ts';
import { per_page } from './github-repository.ts';
import { createLock } from './lock.ts';
import { neededEvents } from './needed-events.ts';

type ApiHook = Pick<
  RestEndpointMethodTypes['repos']['listWebhooks']['response']['data'][number],
  'id' | 'active' | 'events' | 'config'
>;

/** Webhooks of a repository for which no GitHub App is used; an App has one of its own. Those of an organisation are only looked at. */
export function createGitHubHooks({ owner, name }: GitHubPlace, { client }: GitHubAccount): Hooks {
  const at = { owner, repo: name };
  const lock = createLock();
  const { repos, orgs } = client.rest;
  const listOwn = (): Promise<readonly ApiHook[]> => client.paginate(repos.listWebhooks, { ...at, per_page });

  /** None, too, when the owner is a person, or the account may not see them. */
  async function listOfOrganisation(): Promise<readonly ApiHook[]> {
    try {
      const hooks = await unlessGone(client.paginate(orgs.listWebhooks, { org: owner, per_page }));
      return hooks?.map(({ config = {}, ...it }) => ({ ...it, config })) ?? [];
    } catch (error) {
      if (isForbidden(error)) return [];
      throw error;
    }
  }

  async function ensure({ url, secret }: Parameters<Hooks['ensure']>[0]) {
    const wanted = {
      active: true,
      events: [...neededEvents],
      config: { url, secret, content_type: 'json', insecure_ssl: '0' },
    };
    const [kept, ...others] = (await listOwn()).filter(({ config }) => config.url === url);
    for (const { id } of others) await unlessGone(repos.deleteWebhook({ ...at, hook_id: id }));
    if (kept) await repos.updateWebhook({ ...at, hook_id: kept.id, ...wanted });
    else await repos.createWebhook({ ...at, name: 'web', ...wanted });
    return kept ? 'replaced' : 'created';
  }

  return {
    async list() {
      const [own, shared] = await Promise.all([listOwn(), listOfOrganisation()]);
      return [...own.map((it) => showHook(it, 'repository')), ...shared.map((it) => showHook(it, 'organisation'))];
    },
    ensure: (hook) => lock(() => ensure(hook)),
    async sendTest(id) {
      const [, scope, number] = /^(repository|organisation)\/(\d{1,15})$/.exec(id) ?? [];
      const hook_id = Number(number);
      if (scope === 'repository') await repos.pingWebhook({ ...at, hook_id });
      else if (scope === 'organisation') await orgs.pingWebhook({ org: owner, hook_id });
      else
        throw new Failure('usage', `${owner}/${name} has no webhook ${id}`, {
          remedy: 'See those there are: consignee doctor.',
        });
    },
  };
}

function showHook({ id, active, events, config }: ApiHook, scope: 'repository' | 'organisation'): Hook {
  const json = config.content_type === 'json';
  const complete = active && json && neededEvents.every((it) => events.includes(it) || events.includes('*'));
  return { id: `${scope}/${id}`, url: config.url ?? '', active, events, complete };
}
