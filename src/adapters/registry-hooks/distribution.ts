import { isMapping } from '../../core/component/mapping.ts';
import type { HintEvent } from '../../ports/deliveries.ts';
import { artifactEvents, asText, type NoticeResult, withoutRepeats } from './notice.ts';

/**
 * Reads the notifications of the distribution project's registry, which GitLab's is as well: an envelope with any number of events, of
 * which only pushes of manifests under a tag say anything new. Pulls, the bot's own among them, layers and deletions give no event. The
 * registry repeats for ever what is not answered with success, so an event that is not understood is passed over.
 *
 * @see https://distribution.github.io/distribution/about/notifications/
 */
export function readEnvelope(body: unknown): NoticeResult {
  if (!isMapping(body) || !Array.isArray(body.events)) return { misfit: 'the envelope has no list of events' };
  const entries: readonly unknown[] = body.events;
  const events = entries.filter(isMapping);
  const [only] = events;
  return {
    id: events.length === 1 ? asText(only?.id) : undefined,
    type: [...new Set(events.map(({ action }) => asText(action) ?? 'unknown'))].sort().join(' ') || 'none',
    events: withoutRepeats(events.flatMap(readEvent)),
  };
}

function readEvent({ action, target }: Readonly<Record<string, unknown>>): readonly HintEvent[] {
  if (action !== 'push' || !isMapping(target) || !isManifest(target.mediaType)) return [];
  return artifactEvents(target.repository, target.tag);
}

/** Manifests and indexes, by OCI's and Docker's names. */
const isManifest = (mediaType: unknown) =>
  typeof mediaType === 'string' &&
  /\.(?:manifest|manifest\.list|image\.index)\.v\d+\+(?:json|prettyjws)$/.test(mediaType);
