import { isMapping } from '../../core/component/mapping.ts';
import { artifactEvents, asText, type NoticeResult } from './notice.ts';

/** Gitea names its event in both of them; Forgejo adds its own. */
export const giteaEventHeaders = ['x-forgejo-event', 'x-gitea-event'] as const;

/**
 * Reads Gitea's and Forgejo's webhook about packages. Only `created` of a container says anything new: it comes for a tag that moved,
 * too. The tag is told in lower case, whatever it is in the registry, and without a digest.
 *
 * @see https://docs.gitea.com/usage/webhooks
 */
export function readGiteaPackage(headers: ReadonlyMap<string, string>, body: unknown): NoticeResult {
  if (!isMapping(body)) return { misfit: 'it is no object' };
  const id = asText(headers.get('x-forgejo-delivery') ?? headers.get('x-gitea-delivery'));
  const type = giteaEventHeaders.map((it) => headers.get(it)).find((it) => it !== undefined) ?? '';
  const { action, package: subject } = body;
  if (type !== 'package' || action !== 'created' || !isMapping(subject)) return { id, type, events: [] };
  const owner = isMapping(subject.owner) ? asText(subject.owner.login) : undefined;
  const name = asText(subject.name);
  if (subject.type !== 'container' || owner === undefined || name === undefined) return { id, type, events: [] };
  return { id, type, events: artifactEvents(`${owner}/${name}`.toLowerCase(), subject.version) };
}
