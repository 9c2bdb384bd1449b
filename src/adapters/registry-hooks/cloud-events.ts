import { isMapping } from '../../core/component/mapping.ts';
import type { HintEvent } from '../../ports/deliveries.ts';
import { readPushed } from './harbor.ts';
import { artifactEvents, asText, type NoticeResult } from './notice.ts';

export const cloudEventType = 'application/cloudevents+json';

/** @returns Whether the event's attributes stand in headers, and the body is its data: the binary content mode. */
export const isBinaryMode = (headers: ReadonlyMap<string, string>) => headers.has('ce-specversion');

/**
 * Reads a CloudEvent of Harbor (structured mode) or zot (binary mode), in either mode.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md, 3.1 and 3.2
 */
export function readCloudEvent(headers: ReadonlyMap<string, string>, body: unknown): NoticeResult {
  const event = isBinaryMode(headers) ? { id: headers.get('ce-id'), type: headers.get('ce-type'), data: body } : body;
  if (!isMapping(event)) return { misfit: 'it is no CloudEvent' };
  const id = asText(event.id);
  const type = asText(event.type);
  if (id === undefined || type === undefined) return { misfit: 'it is no CloudEvent: id or type is missing' };
  return { id, type, events: readData(type, event.data) };
}

/** The first part of zot's types can be configured; their ends say what happened. @see https://zotregistry.dev/v2.1.21/articles/events/ */
function readData(type: string, data: unknown): readonly HintEvent[] {
  if (type === 'harbor.artifact.pushed') return readPushed(data);
  if (!type.endsWith('.image.updated') || !isMapping(data)) return [];
  return artifactEvents(data.name, data.reference);
}
