import { createHash } from 'node:crypto';
import type { HintEvent } from '../../ports/deliveries.ts';

/** What a sender reports, in the words of the port. */
export interface Notice {
  /** The sender's own name for the delivery; without one it is known by its content. */
  readonly id: string | undefined;
  readonly type: string;
  readonly events: readonly HintEvent[];
}

/** What is wrong with a body that is not of its sender's form. */
export interface Misfit {
  readonly misfit: string;
}

export type NoticeResult = Notice | Misfit;

const repositoryPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** @see OCI distribution specification 1.1, "Pulling manifests" */
export const isRepository = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 255 && repositoryPattern.test(value);

/** A digest is no tag: what was pushed by digest shows in no listing of tags. */
export const isTag = (value: unknown): value is string => typeof value === 'string' && tagPattern.test(value);

/**
 * @returns One event when repository and tag are what the specification calls so, otherwise none: senders report much that says nothing
 *   to the bot, and some of them repeat for ever what is refused.
 */
export function artifactEvents(repository: unknown, tag: unknown): readonly HintEvent[] {
  return isRepository(repository) && isTag(tag) ? [{ kind: 'artifact', name: repository, tag }] : [];
}

/** @returns The events without those that are told twice. */
export function withoutRepeats(events: readonly HintEvent[]): readonly HintEvent[] {
  return [...new Map(events.map((it) => [JSON.stringify(it), it])).values()];
}

export const asText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** @returns A name for a delivery whose sender has none for it. */
export const contentId = (body: Uint8Array) => `sha256:${createHash('sha256').update(body).digest('hex')}`;
