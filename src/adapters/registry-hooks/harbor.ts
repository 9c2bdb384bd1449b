import { isMapping } from '../../core/component/mapping.ts';
import type { HintEvent } from '../../ports/deliveries.ts';
import { artifactEvents, asText, type NoticeResult, withoutRepeats } from './notice.ts';

/**
 * Reads what Harbor posts in its `Default` format. It has no name for a delivery, signs nothing, and sends the configured "auth header"
 * as `Authorization`.
 *
 * @see https://goharbor.io/docs/latest/working-with-projects/project-configuration/configure-webhooks/
 */
export function readHarbor(body: Readonly<Record<string, unknown>>): NoticeResult {
  const type = asText(body.type);
  if (type === undefined) return { misfit: 'it has no type' };
  return { id: undefined, type, events: type === 'PUSH_ARTIFACT' ? readPushed(body.event_data) : [] };
}

/** @param data The event's data, which has the same form in both formats: one repository, and what was pushed to it. */
export function readPushed(data: unknown): readonly HintEvent[] {
  if (!isMapping(data) || !isMapping(data.repository) || !Array.isArray(data.resources)) return [];
  const resources: readonly unknown[] = data.resources;
  const name = data.repository.repo_full_name;
  return withoutRepeats(resources.filter(isMapping).flatMap(({ tag }) => artifactEvents(name, tag)));
}
