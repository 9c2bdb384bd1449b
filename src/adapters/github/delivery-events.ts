import { createHash } from 'node:crypto';
import type { ForgeRepository, HintEvent } from '../../ports/deliveries.ts';
import type { Fields } from './delivery-fields.ts';

/** Says where to look for one type of event; a type that is missing here is about nothing that the bot looks at. */
const readers: Readonly<Record<string, (payload: Fields) => readonly HintEvent[]>> = {
  push: readPush,
  pull_request: readPullRequest,
  pull_request_review: readPullRequest,
  issue_comment: readComment,
  status: (payload) => readCheck(payload, payload.text('sha')),
  check_run: (payload) => readCheck(payload, payload.object('check_run').text('head_sha')),
  check_suite: (payload) => readCheck(payload, payload.object('check_suite').text('head_sha')),
  repository: (payload) => [{ kind: 'repository', repository: repositoryOf(payload) }],
  package: (payload) => readPackage(payload.text('action'), payload.object('package'), 'package_version'),
  registry_package: (payload) =>
    readPackage(payload.text('action'), payload.object('registry_package'), 'package_version'),
};

/** @throws {WrongField} */
export function readEvents(type: string, payload: Fields): readonly HintEvent[] {
  return Object.hasOwn(readers, type) ? (readers[type]?.(payload) ?? []) : [];
}

function repositoryOf(payload: Fields): ForgeRepository {
  const repository = payload.object('repository');
  return { id: repository.id('id'), name: repository.text('full_name') };
}

/** Tags move nothing that the bot looks at. */
function readPush(payload: Fields): readonly HintEvent[] {
  const repository = repositoryOf(payload);
  const branch = /^refs\/heads\/(.+)$/.exec(payload.text('ref'))?.[1];
  return branch === undefined ? [] : [{ kind: 'branch', repository, branch }];
}

function readPullRequest(payload: Fields): readonly HintEvent[] {
  const pull = payload.object('pull_request');
  const head = pull.object('head').text('ref');
  return [{ kind: 'pull-request', repository: repositoryOf(payload), number: pull.number('number'), head }];
}

/** Who changes a comment need not be who wrote it, so that only one that was just made counts. */
function readComment(payload: Fields): readonly HintEvent[] {
  const [repository, comment] = [repositoryOf(payload), payload.object('comment')];
  const [user, sender] = [comment.objectOrNone('user'), payload.object('sender')];
  const number = payload.object('issue').number('number');
  const id = comment.id('id');
  const bodyDigest = createHash('sha256').update(comment.text('body')).digest('hex');
  if (payload.text('action') !== 'created' || !user || user.id('id') !== sender.id('id')) return [];
  const author = { id: user.id('id'), name: user.text('login') };
  // How the author belongs to the repository, which GitHub says as well, are no rights.
  return [{ kind: 'comment', repository, number, id, author, bodyDigest, permission: undefined }];
}

function readCheck(payload: Fields, sha: string): readonly HintEvent[] {
  return [{ kind: 'check', repository: repositoryOf(payload), sha }];
}

/** A package has the path of its repository in the registry behind its owner. */
function readPackage(action: string, item: Fields, versionField: string): readonly HintEvent[] {
  const type = item.text('package_type').toLowerCase();
  if ((type !== 'container' && type !== 'docker') || (action !== 'published' && action !== 'updated')) return [];
  const owner = item.textOrNone('namespace') ?? item.object('owner').text('login');
  const version = item.objectOrNone(versionField);
  const tag = version?.objectOrNone('container_metadata')?.objectOrNone('tag')?.textOrNone('name');
  const path = `${owner}/${item.text('name')}`.toLowerCase();
  return [{ kind: 'artifact', name: path, tag: tag === '' ? undefined : tag }];
}
