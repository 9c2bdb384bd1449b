import { createHash } from 'node:crypto';
import type { Mapping } from '../../core/component/mapping.ts';
import type { ForgeRepository, HintEvent } from '../../ports/deliveries.ts';
import type { Permission } from '../../ports/forge.ts';
import { flagAt, integerAt, objectAt, optionalObjectAt, textAt, WrongShape } from './fields.ts';
import { actorOf } from './site.ts';

/**
 * Says where to look after a delivery. By the fine name of its event: of the coarse ones `pull_request_comment` is a review, of the
 * fine ones an ordinary comment.
 *
 * @throws {WrongShape} For a payload that is not like those of its event.
 */
export function eventsOf(type: string, payload: Mapping): readonly HintEvent[] {
  if (type === 'push') return branchPushed(payload);
  if (type === 'create' || type === 'delete') return branchNamed(payload);
  if (type === 'issue_comment' || type === 'pull_request_comment') return comment(payload);
  if (type.startsWith('pull_request')) return pullRequest(payload);
  if (type === 'status') return [{ kind: 'check', repository: repositoryOf(payload), sha: shaAt(payload, 'sha') }];
  if (type === 'package') return artifact(payload);
  if (type === 'repository') return [{ kind: 'repository', repository: repositoryOf(payload) }];
  return [];
}

const branchPrefix = 'refs/heads/';

function branchPushed(payload: Mapping): readonly HintEvent[] {
  const ref = textAt(payload, 'ref');
  const repository = repositoryOf(payload);
  // A test is a push that moves nothing.
  if (!ref.startsWith(branchPrefix) || textAt(payload, 'before') === textAt(payload, 'after')) return [];
  return [{ kind: 'branch', repository, branch: ref.slice(branchPrefix.length) }];
}

function branchNamed(payload: Mapping): readonly HintEvent[] {
  const repository = repositoryOf(payload);
  const branch = textAt(payload, 'ref');
  return textAt(payload, 'ref_type') === 'branch' ? [{ kind: 'branch', repository, branch }] : [];
}

function pullRequest(payload: Mapping): readonly HintEvent[] {
  const repository = repositoryOf(payload);
  const shown = objectAt(payload, 'pull_request');
  // What `ref` says changes when the branch is deleted; the label stays.
  const head = textAt(objectAt(shown, 'head'), 'label');
  return [{ kind: 'pull-request', repository, number: integerAt(shown, 'number'), head }];
}

/** Only a comment that its own author has just made: what others change in it are not the author's words (reliability.md A-46). */
function comment(payload: Mapping): readonly HintEvent[] {
  const repository = repositoryOf(payload);
  const made = objectAt(payload, 'comment');
  const body = textAt(made, 'body');
  const author = actorOf(objectAt(made, 'user'));
  const sender = actorOf(objectAt(payload, 'sender'));
  const number = integerAt(objectAt(payload, 'issue'), 'number');
  if (textAt(payload, 'action') !== 'created' || sender.id !== author.id) return [];
  return [
    {
      kind: 'comment',
      repository,
      number,
      id: `${integerAt(made, 'id')}`,
      author,
      bodyDigest: createHash('sha256').update(body).digest('hex'),
      permission: permissionOf(objectAt(payload, 'repository')),
    },
  ];
}

/** In events of comments, and in no other, these are the rights of the sender. */
function permissionOf(repository: Mapping): Permission | undefined {
  const permissions = optionalObjectAt(repository, 'permissions');
  if (!permissions) return undefined;
  if (flagAt(permissions, 'admin')) return 'admin';
  if (flagAt(permissions, 'push')) return 'write';
  return flagAt(permissions, 'pull') ? 'read' : 'none';
}

/** Each push of an image or a component version comes by digest as well, and once more by its tag. */
function artifact(payload: Mapping): readonly HintEvent[] {
  const pushed = objectAt(payload, 'package');
  const version = textAt(pushed, 'version');
  const path = `${textAt(objectAt(pushed, 'owner'), 'login').toLowerCase()}/${textAt(pushed, 'name')}`;
  const counts = textAt(payload, 'action') === 'created' && textAt(pushed, 'type') === 'container';
  return counts && !version.startsWith('sha256:') ? [{ kind: 'artifact', name: path, tag: version }] : [];
}

function repositoryOf(payload: Mapping): ForgeRepository {
  const repository = objectAt(payload, 'repository');
  return { id: `${integerAt(repository, 'id')}`, name: textAt(repository, 'full_name') };
}

function shaAt(row: Mapping, key: string): string {
  const sha = textAt(row, key);
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(sha)) return sha;
  throw new WrongShape(`${key} is not the id of a commit`);
}
