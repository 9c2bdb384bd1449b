import type { Actor } from '../../core/pull-request/actor.ts';
import type { People, Permission } from '../../ports/forge.ts';
import { isForbidden, unlessGone } from './github-failure.ts';
import type { GitHubRepository } from './github-repository.ts';

export function createPeople(repository: GitHubRepository): People {
  const { client, at } = repository;

  /** What an account with this name may do, if it is this account. */
  async function look({ id, name }: Actor): Promise<Permission | 'unknown'> {
    const response = await unlessGone(client.rest.repos.getCollaboratorPermissionLevel({ ...at, username: name }));
    if (response === undefined || String(response.data.user?.id) !== id) return 'unknown';
    return permissionIn(response.data.permission);
  }

  /** What an event says about rights on GitHub is a hint that nobody checks, so it is not asked for. */
  async function permissionOf(actor: Actor): Promise<Permission | 'unknown'> {
    const permission = await look(actor);
    if (permission !== 'unknown') return permission;
    // Somebody who was renamed since has another name for the same number.
    const name = await findName(actor, repository);
    return name === undefined || name === actor.name ? 'unknown' : look({ ...actor, name });
  }

  return {
    self: repository.self,
    permissionOf: (actor) => unlessForbidden(permissionOf(actor)),
    isMember: (actor, team) => unlessForbidden(isMember(actor, team, repository)),
  };
}

/** Own roles of an organisation are told by the one that they are made from; `maintain` is told as `write`, `triage` as `read`. */
function permissionIn(text: string): Permission | 'unknown' {
  switch (text) {
    case 'admin':
    case 'write':
    case 'read':
    case 'none':
      return text;
    default:
      return 'unknown';
  }
}

async function findName({ id }: Actor, { client }: GitHubRepository): Promise<string | undefined> {
  if (!/^\d{1,15}$/.test(id)) return undefined;
  return (await unlessGone(client.rest.users.getById({ account_id: Number(id) })))?.data.login;
}

const teamPattern = /^([A-Za-z0-9_-]+)\/([A-Za-z0-9._-]+)$/;

async function isMember(actor: Actor, team: string, repository: GitHubRepository): Promise<boolean | 'unknown'> {
  // A name alone is a team of the organisation that the repository is in.
  const [, org, team_slug] = teamPattern.exec(team.includes('/') ? team : `${repository.at.owner}/${team}`) ?? [];
  const username = await findName(actor, repository);
  if (org === undefined || team_slug === undefined || username === undefined) return 'unknown';
  const { teams } = repository.client.rest;
  const membership = await unlessGone(teams.getMembershipForUserInOrg({ org, team_slug, username }));
  if (membership) return membership.data.state === 'active';
  // No member, or no team that the bot can see.
  return (await unlessGone(teams.getByName({ org, team_slug }))) ? false : 'unknown';
}

async function unlessForbidden<Result>(asking: Promise<Result>): Promise<Result | 'unknown'> {
  try {
    return await asking;
  } catch (error) {
    if (isForbidden(error)) return 'unknown';
    throw error;
  }
}
