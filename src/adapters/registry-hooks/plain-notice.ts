import { asText, isRepository, isTag, type NoticeResult } from './notice.ts';

/**
 * Reads the plain form, for registries that have no webhook and for the last step of a pipeline:
 *
 *     { "repository": "path/of/repository", "tag": "v1.2.3", "id": "run 4711" }
 *
 * Without `tag` all of the repository is looked at. Without `id` the same text twice counts as one delivery. Unlike the notifications of
 * registries, what does not fit is refused, for there is somebody who can put it right.
 */
export function readPlainNotice({ repository, tag, id }: Readonly<Record<string, unknown>>): NoticeResult {
  if (!isRepository(repository)) return { misfit: 'repository is not the path of a repository, without host' };
  if (tag !== undefined && !isTag(tag)) return { misfit: 'tag is not a tag' };
  if (id !== undefined && asText(id) === undefined) return { misfit: 'id is not a text' };
  return { id: asText(id), type: 'notice', events: [{ kind: 'artifact', name: repository, tag }] };
}
