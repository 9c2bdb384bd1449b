import { isMapping } from '../component/mapping.ts';
import { type Digest, digestOfParts, parseDigest } from '../digest.ts';
import type { RefuseReason } from '../installation/decision.ts';
import type { Reason } from '../trust/reason.ts';
import { describeTitle } from './issue-text.ts';
import { describeForProvider, maxExplanation, oneLine } from './provider-text.ts';
import { contentOf, isRefuseReason, type RefusedInstallation } from './refused-installation.ts';

/** What receivers get as JSON. Documented in docs/notifications.md: fields are added, and none changes its meaning, within a version. */
export interface RefusalNotification {
  readonly version: 1;
  /** The same for every repetition of one notification, and another for every other. */
  readonly id: Digest;
  readonly event: 'refused' | 'resolved';
  /** Name of the applications repository in the server configuration. */
  readonly repository: string;
  readonly installation: { readonly environment: string; readonly application: string };
  readonly component: string;
  /** The version that is, or was, refused; `null` where it is not about one version. */
  readonly candidate: string | null;
  /** Why it is, or was, refused. */
  readonly because: RefuseReason;
  /** The first to put right first; empty once it is resolved. */
  readonly reasons: readonly Reason[];
  /** How many further reasons are left out. */
  readonly reasonsOmitted: number;
  /** Plain text for people; where the provider has a part in it, it can be sent to the provider as it is. */
  readonly text: string;
  /** Link to the issue; `null` where there is none. */
  readonly issue: string | null;
  /** As ISO 8601 in UTC. */
  readonly at: string;
}

/** What was notified last of an installation: what the next notification follows. */
export interface Notified
  extends Pick<RefusalNotification, 'id' | 'event' | 'installation' | 'component' | 'candidate' | 'because'> {
  /** Digest of what was, or had been, refused. */
  readonly content: Digest;
}

/** A notification with what is to be remembered of it. */
export interface NextNotification {
  readonly notification: RefusalNotification;
  readonly notified: Notified;
}

interface Occasion {
  readonly repository: string;
  readonly before: Notified | undefined;
  readonly issue: string | undefined;
  readonly at: Date;
}

const maxReasons = 50;

/** @returns `undefined` when exactly this was notified last. */
export function notifyRefused(
  refused: RefusedInstallation,
  { repository, before, issue, at }: Occasion,
): NextNotification | undefined {
  const content = contentOf(refused);
  if (before?.event === 'refused' && before.content === content) return undefined;
  const { environment, application, component, version, because, reasons } = refused;
  const what = { installation: { environment, application }, component, candidate: version ?? null, because };
  const head = {
    id: idOf({ event: 'refused', repository, before, content, what }),
    event: 'refused',
    ...what,
  } as const;
  const shown = reasons.slice(0, maxReasons);
  return {
    notified: { ...head, content },
    notification: {
      version: 1,
      ...head,
      repository,
      reasons: shown.map((it) => ({ code: it.code, message: oneLine(it.message), where: oneLine(it.where) })),
      reasonsOmitted: reasons.length - shown.length,
      text:
        describeForProvider(refused) ?? oneLine(`${describeTitle(refused)}. ${refused.explanation}`, maxExplanation),
      issue: issue ?? null,
      at: at.toISOString(),
    },
  };
}

/**
 * @param how What became of it, in a sentence.
 * @returns `undefined` when no refusal was notified that is not resolved yet.
 */
export function notifyResolved(how: string, { repository, before, issue, at }: Occasion): NextNotification | undefined {
  if (before?.event !== 'refused') return undefined;
  const { content, installation, component, candidate, because } = before;
  const what = { installation, component, candidate, because };
  const head = {
    id: idOf({ event: 'resolved', repository, before, content, what }),
    event: 'resolved',
    ...what,
  } as const;
  const subject = [component, ...(candidate === null ? [] : [candidate])].join(' ');
  const name = `${installation.environment}/${installation.application}`;
  return {
    notified: { ...head, content },
    notification: {
      version: 1,
      ...head,
      repository,
      reasons: [],
      reasonsOmitted: 0,
      text: oneLine(`${name}: ${subject} is not refused any more. ${how}`, maxExplanation),
      issue: issue ?? null,
      at: at.toISOString(),
    },
  };
}

interface Identity extends Pick<Occasion, 'repository' | 'before'> {
  readonly event: RefusalNotification['event'];
  readonly content: Digest;
  readonly what: Pick<RefusalNotification, 'installation'>;
}

/**
 * No time goes into it, so that what is sent again after a crash has the same one. What was notified before does: the same refusal may
 * come again after it was resolved, and is something new then.
 */
function idOf({ event, repository, before, content, what }: Identity): Digest {
  const { environment, application } = what.installation;
  const parts = [before?.id ?? '', event, repository, environment, application, content];
  return digestOfParts('consignee notification 1', parts);
}

/** @returns What {@link printNotified} wrote, or `undefined` when it is something else. */
export function parseNotified(text: string | undefined): Notified | undefined {
  const value = parseJson(text ?? '');
  if (!isMapping(value) || !isMapping(value.installation)) return undefined;
  const { event, component, candidate, because } = value;
  const { environment, application } = value.installation;
  const [id, content] = [parseDigest(String(value.id)), parseDigest(String(value.content))];
  if (!id || !content || (event !== 'refused' && event !== 'resolved') || !isRefuseReason(because)) return undefined;
  if (typeof environment !== 'string' || typeof application !== 'string') return undefined;
  if (typeof component !== 'string' || (typeof candidate !== 'string' && candidate !== null)) return undefined;
  return { id, event, installation: { environment, application }, component, candidate, because, content };
}

export const printNotified = (notified: Notified): string => JSON.stringify(notified);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
