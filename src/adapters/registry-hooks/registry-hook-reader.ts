import { isMapping } from '../../core/component/mapping.ts';
import { parseStrictJson } from '../../core/document/strict-json.ts';
import type { DeliveryReader, RawDelivery } from '../../ports/deliveries.ts';
import { findForgery } from './authenticate.ts';
import { cloudEventType, isBinaryMode, readCloudEvent } from './cloud-events.ts';
import { readEnvelope } from './distribution.ts';
import { giteaEventHeaders, readGiteaPackage } from './gitea-package.ts';
import { readHarbor } from './harbor.ts';
import { contentId, type NoticeResult } from './notice.ts';
import { readPlainNotice } from './plain-notice.ts';

/**
 * Reads the webhooks of registries. Which form it is shows in the headers, then in the content:
 *
 * | form | known by | shows the secret by |
 * |---|---|---|
 * | package webhook of Gitea and Forgejo | `X-Gitea-Event` | `X-Gitea-Signature` |
 * | CloudEvents of Harbor and zot | `ce-specversion`, or the type `application/cloudevents+json` | `Authorization` |
 * | notifications of distribution, GitLab | `events` | `Authorization` |
 * | Harbor's default | `event_data` | `Authorization` |
 * | plain notice | none of these | `X-Consignee-Signature-256: sha256=<hex>` or `Authorization` |
 *
 * `Authorization` holds the secret as a bearer token, as the password of any user, or as the whole header. Whoever has the secret may use
 * any form: what comes of it is a look at the registry, no more.
 */
export function createRegistryHookReader(): DeliveryReader {
  return {
    read(delivery, secrets) {
      const forgery = findForgery(delivery, secrets);
      if (forgery !== undefined) return { kind: 'forged', why: forgery };
      const parsed = parseStrictJson(delivery.body);
      if (parsed.kind === 'problem') return { kind: 'malformed', why: parsed.message };
      const notice = readForm(delivery, parsed.value);
      if ('misfit' in notice) return { kind: 'malformed', why: notice.misfit };
      return { kind: 'read', ...notice, id: notice.id ?? contentId(delivery.body) };
    },
  };
}

function readForm({ headers }: RawDelivery, body: unknown): NoticeResult {
  if (giteaEventHeaders.some((it) => headers.has(it))) return readGiteaPackage(headers, body);
  const type = headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (isBinaryMode(headers) || type === cloudEventType) return readCloudEvent(headers, body);
  if (!isMapping(body)) return { misfit: 'it is no object' };
  if ('events' in body) return readEnvelope(body);
  return 'event_data' in body ? readHarbor(body) : readPlainNotice(body);
}
