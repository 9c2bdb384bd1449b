import type { Mapping } from '../../core/component/mapping.ts';
import type { Actor } from '../../core/pull-request/actor.ts';
import type { People, Permission } from '../../ports/forge.ts';
import { integerAt, listOf, mappingOf, objectAt, optionalObjectAt, optionalTextAt, textAt } from './fields.ts';
import { readPages } from './pages.ts';
import { actorOf, type Site } from './site.ts';

export function createPeople(site: Site): People {
  return {
    self: site.self,
    async permissionOf(actor, hint) {
      const told = await readPermission(site, actor);
      if (told === 'none' || told === 'write' || told === 'admin') return told;
      // Rights on parts of a repository, which teams have, do not show there; they do in what the forge signs.
      if (hint !== undefined) return hint;
      const byTeam = await permissionByTeams(site, actor);
      return byTeam ?? told ?? 'unknown';
    },
    async isMember(actor, team) {
      // A name alone is a team of the organisation that the repository is in.
      const [organisation = '', name = '', ...rest] = team.includes('/') ? team.split('/') : [site.owner, team];
      if (organisation === '' || name === '' || rest.length > 0) return 'unknown';
      const teams = await readTeams(site, organisation);
      if (teams === undefined) return 'unknown';
      const found = teams.find((it) => it.name.toLowerCase() === name.toLowerCase());
      return found ? isOneOf(site, found.id, actor) : 'unknown';
    },
  };
}

/**
 * Asks for what somebody may do. The forge tells that only to owners, and to everybody about themselves.
 *
 * @returns `undefined` when it does not tell.
 */
async function readPermission(site: Site, actor: Actor): Promise<Permission | undefined> {
  const told = await readPermissionOf(site, actor.name);
  if (told === 'hidden') return undefined;
  if (told?.id === actor.id) return told.permission;
  // The name is given up, or has gone over to somebody else (reliability.md A-55).
  const now = await readName(site, actor);
  const toldNow = now === undefined ? undefined : await readPermissionOf(site, now);
  return toldNow !== 'hidden' && toldNow?.id === actor.id ? toldNow.permission : undefined;
}

async function readPermissionOf({ client, owner, name }: Site, account: string) {
  const { answer, parse } = await client.read(
    (api) => api.repos.repoGetRepoPermissions(owner, name, account),
    [403, 404],
  );
  if (answer.status === 403) return 'hidden';
  if (answer.status === 404) return undefined;
  return parse((value) => {
    const row = mappingOf(value, 'the permission');
    return { id: actorOf(objectAt(row, 'user')).id, permission: permissionFrom(textAt(row, 'permission')) };
  });
}

/** @returns The name that the account has now; `undefined` when there is no such account, or the forge does not tell. */
async function readName(site: Site, { id }: Actor): Promise<string | undefined> {
  if (!/^[1-9]\d{0,14}$/.test(id)) return undefined;
  const { answer, parse } = await site.client.read(
    (api) => api.users.userSearch({ uid: Number(id), limit: 1 }),
    [403, 404],
  );
  if (answer.status !== 200) return undefined;
  return parse((value) => {
    const found = listOf(mappingOf(value, 'the accounts').data ?? null, 'data').map(actorOf);
    return found.find((it) => it.id === id)?.name;
  });
}

function permissionFrom(word: string): Permission | undefined {
  switch (word) {
    case 'owner':
    case 'admin':
      return 'admin';
    case 'write':
    case 'read':
    case 'none':
      return word;
    default:
      return undefined;
  }
}

interface Team {
  readonly id: number;
  readonly name: string;
  /** What its members may do with code. */
  readonly permission: Permission;
}

/** @returns The highest of what teams of the repository give; `undefined` when none of those whose members show has this one. */
async function permissionByTeams(site: Site, actor: Actor): Promise<Permission | undefined> {
  const { owner, name } = site;
  const probe = await site.client.read((api) => api.repos.repoListTeams(owner, name), [403, 404, 405]);
  if (probe.answer.status !== 200) return undefined;
  const teams = probe.parse((value) => listOf(value, 'teams').map((it) => teamOf(mappingOf(it, 'a team'))));
  for (const level of ['admin', 'write'] as const) {
    for (const team of teams.filter(({ permission }) => permission === level)) {
      if ((await isOneOf(site, team.id, actor)) === true) return level;
    }
  }
  return undefined;
}

async function readTeams(site: Site, organisation: string): Promise<readonly Team[] | undefined> {
  const { rows, refused } = await readPages(site, {
    call: (api, page) => api.orgs.orgListTeams(organisation, page),
    take: teamOf,
    refusals: [403, 404],
  });
  return refused ? undefined : rows;
}

/** @returns `unknown` when the bot may not see the members: it must be one of them, or an owner. */
async function isOneOf(site: Site, team: number, actor: Actor): Promise<boolean | 'unknown'> {
  const { rows, refused } = await readPages(site, {
    call: (api, page) => api.teams.orgListTeamMembers(team, page),
    take: actorOf,
    refusals: [403, 404],
  });
  return refused ? 'unknown' : rows.some(({ id }) => id === actor.id);
}

function teamOf(row: Mapping): Team {
  const units = optionalObjectAt(row, 'units_map');
  const overall = permissionFrom(optionalTextAt(row, 'permission')) ?? 'none';
  const code = units ? (permissionFrom(optionalTextAt(units, 'repo.code')) ?? 'none') : 'none';
  return { id: integerAt(row, 'id'), name: textAt(row, 'name'), permission: overall === 'none' ? code : overall };
}
