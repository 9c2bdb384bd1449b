import { createHash } from 'node:crypto';
import type { Mapping } from '../../core/component/mapping.ts';
import { Failure } from '../../core/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Hook, Hooks } from '../../ports/hooks.ts';
import { createGiteaClient, type GiteaClientOptions } from './client.ts';
import { flagAt, integerAt, listOf, optionalObjectAt, optionalTextAt, textAt, WrongShape } from './fields.ts';
import { readPages } from './pages.ts';
import type { ServerVersion } from './server-version.ts';
import { createSite, type Site } from './site.ts';

export interface GiteaHooksOptions extends GiteaClientOptions {
  readonly owner: string;
  readonly name: string;
  readonly clock: Clock;
}

/** What a webhook is asked for everywhere. `_only`: without what else the plain name would bring. */
const commonEvents = [
  'push',
  'create',
  'delete',
  'pull_request_only',
  'pull_request_label',
  'pull_request_comment',
  'pull_request_review',
  'pull_request_sync',
  'issue_comment',
  'repository',
];

/**
 * The API of Forgejo cannot select packages, and it has no event for statuses; nor had Gitea before 1.23. What no event tells, the bot
 * asks for.
 */
function wantedEvents({ kind, number }: ServerVersion): readonly string[] {
  if (kind === 'forgejo') return commonEvents;
  const hasStatus = number === undefined || number[0] > 1 || number[1] >= 23;
  return [...commonEvents, 'package', ...(hasStatus ? ['status'] : [])];
}

/** What this process knows of a webhook that it made: no server tells a secret. */
interface Made {
  readonly id: number;
  readonly secretDigest: string;
  readonly changedAt: string;
}

interface FoundHook {
  readonly id: number;
  readonly changedAt: string;
  readonly exact: boolean;
  /** Whether it brings what is needed everywhere. */
  readonly usable: boolean;
  readonly hook: Hook;
}

/** Webhooks of one repository. The account of the token must be an administrator of it. */
export function createGiteaHooks({ owner, name, clock, ...options }: GiteaHooksOptions): Hooks {
  const client = createGiteaClient(options);
  const site = createSite({ client, clock, owner, name });
  const made = new Map<string, Made>();
  return {
    async list() {
      const ofRepository = (await readHooks(site)).map(({ hook }) => hook);
      return [...ofRepository, ...(await readOrganisationHooks(site))];
    },
    ensure: (wanted) => site.alone(() => ensureHook(site, wanted, made)),
    async sendTest(id) {
      if (!/^\d{1,15}$/.test(id)) throw notTestable(id);
      const written = await client.write((api) => api.repos.repoTestHook(owner, name, Number(id)));
      // A test is safe to send again, but that is for whoever asked to decide.
      if (written.kind !== 'done') throw written.failure;
    },
  };
}

type WantedHook = Parameters<Hooks['ensure']>[0];

async function ensureHook(
  site: Site,
  wanted: WantedHook,
  made: Map<string, Made>,
): Promise<'created' | 'replaced' | 'same'> {
  if (wanted.secret === '') {
    throw new Failure('configuration', 'A webhook without a secret proves nothing', {
      remedy: 'Give a secret of at least 32 random characters.',
    });
  }
  const before = (await readHooks(site)).filter(({ hook }) => hook.url === wanted.url);
  if (isSame(before, wanted, made.get(wanted.url))) return 'same';
  const created = await createHook(site, wanted, new Set(before.map(({ id }) => id)));
  made.set(wanted.url, { id: created.id, secretDigest: digestOf(wanted.secret), changedAt: created.changedAt });
  // The new one is there before the others go: a gap would lose events, which nobody sends again.
  for (const { id } of before) await deleteHook(site, id);
  return before.length > 0 ? 'replaced' : 'created';
}

function isSame(present: readonly FoundHook[], { secret }: WantedHook, made: Made | undefined): boolean {
  const [only, ...others] = present;
  if (!only || others.length > 0 || !made) return false;
  return (
    only.exact && only.id === made.id && only.changedAt === made.changedAt && digestOf(secret) === made.secretDigest
  );
}

async function createHook(site: Site, { url, secret }: WantedHook, before: ReadonlySet<number>): Promise<FoundHook> {
  const events = [...wantedEvents(await site.client.version())];
  const written = await site.client.write((api) =>
    api.repos.repoCreateHook(site.owner, site.name, {
      // Forgejo takes this word too, and sends its own headers next to those of Gitea.
      type: 'gitea',
      // Unless told, a new one sends nothing, and of pushes alone.
      active: true,
      events,
      config: { url, content_type: 'json', secret },
    }),
  );
  if (written.kind === 'refused') throw written.failure;
  const created = (await readHooks(site)).findLast(({ id, hook }) => hook.url === url && !before.has(id));
  if (!created) throw written.kind === 'unclear' ? written.failure : incomplete(url, site);
  if (!created.usable) throw incomplete(url, site);
  return created;
}

async function deleteHook({ client, owner, name }: Site, id: number): Promise<void> {
  const written = await client.write((api) => api.repos.repoDeleteHook(owner, name, id));
  if (written.kind === 'done' || (written.kind === 'refused' && written.answer.status === 404)) return;
  throw written.failure;
}

async function readHooks(site: Site): Promise<readonly FoundHook[]> {
  const wanted = wantedEvents(await site.client.version());
  const { rows } = await readPages(site, {
    call: (api, page) => api.repos.repoListHooks(site.owner, site.name, page),
    take: (row) => hookOf(row, wanted),
  });
  return rows.toSorted((a, b) => a.id - b.id);
}

/** @returns None where the owner is a person, or the account is no owner of the organisation. */
async function readOrganisationHooks(site: Site): Promise<readonly Hook[]> {
  const wanted = wantedEvents(await site.client.version());
  const { rows } = await readPages(site, {
    call: (api, page) => api.orgs.orgListHooks(site.owner, page),
    take: (row) => hookOf(row, wanted),
    refusals: [403, 404],
  });
  return rows.map(({ hook }) => ({ ...hook, id: `organisation/${hook.id}` }));
}

function hookOf(row: Mapping, wanted: readonly string[]): FoundHook {
  const id = integerAt(row, 'id');
  // Newer Forgejo tells it one level higher.
  const config = optionalObjectAt(row, 'config') ?? row;
  const events = [...new Set(listOf(row.events ?? null, 'events').map(eventNameOf))].sort();
  const active = flagAt(row, 'active');
  const answered = wanted.map(answeredName);
  const complete = active && answered.every((it) => events.includes(it));
  const usable = active && commonEvents.every((it) => events.includes(answeredName(it)));
  const plain = optionalTextAt(config, 'content_type') === 'json' && optionalTextAt(row, 'branch_filter') === '';
  return {
    id,
    changedAt: optionalTextAt(row, 'updated_at'),
    exact: complete && events.length === answered.length && plain,
    usable,
    hook: { id: `${id}`, url: textAt(config, 'url'), active, events, complete },
  };
}

/** @returns What the server calls an event that was selected by this name. */
function answeredName(selected: string): string {
  return selected.replace(/_only$/, '');
}

function eventNameOf(value: unknown): string {
  if (typeof value !== 'string') throw new WrongShape('an event is not a text');
  // Older servers tell the three kinds of review, which are selected as one.
  return value.replace(/^(pull_request_review)_(?:approved|rejected|comment)$/, '$1');
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function incomplete(url: string, { owner, name, client }: Site): Failure {
  return new Failure('forge-denied', `${client.host} does not keep the webhook ${url} of ${owner}/${name} as asked`, {
    remedy: 'Look at the webhook in the settings of the repository, and at the log of the server.',
  });
}

function notTestable(id: string): Failure {
  return new Failure('usage', `The webhook ${JSON.stringify(id)} is none of the repository itself`, {
    remedy: 'Test it in the settings of the organisation.',
  });
}
