import { digestOfParts } from '../core/digest.ts';
import { Failure } from '../core/failure.ts';
import type { Decision } from '../core/installation/decision.ts';
import { plain } from '../core/pull-request/markdown.ts';
import { describeIssue } from '../core/refusal/issue-text.ts';
import {
  type NextNotification,
  notifyRefused,
  notifyResolved,
  parseNotified,
  printNotified,
} from '../core/refusal/notification.ts';
import { maxExplanation, oneLine } from '../core/refusal/provider-text.ts';
import { describeRefusal, type RefusalInput } from '../core/refusal/refused-installation.ts';
import type { Clock } from '../ports/clock.ts';
import type { Issue, Issues } from '../ports/forge.ts';
import type { Log } from '../ports/log.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { Store } from '../ports/store.ts';
import type { InstallationResult } from './pass.ts';

/** What came of an installation, as far as it is told. */
export type ToldResult = RefusalInput & Pick<InstallationResult, 'outcome'>;

/** Tells people and systems outside of what is refused, and when that is over. */
export interface RefusalTeller {
  /**
   * To be called after each pass that acts. Says only what is new, and says it again in the next pass where saying it failed: that is
   * logged and keeps nobody from anything.
   *
   * @param results Of this pass; those of other installations may be missing.
   * @param configured Names of all installations: what is not among them is over.
   */
  tell(results: readonly ToldResult[], configured: readonly string[]): Promise<void>;
}

export interface RefusalTellerOptions {
  /** Name of the applications repository in the server configuration. */
  readonly repository: string;
  /** `undefined` for a forge that has none. */
  readonly issues: Issues | undefined;
  /** `undefined` when nobody is to be notified. */
  readonly notifier: Notifier | undefined;
  readonly told: Store['told'];
  readonly clock: Clock;
  readonly log: Log;
}

/** One for each applications repository, for as long as the process runs. */
export function createRefusalTeller(options: RefusalTellerOptions): RefusalTeller {
  const board = options.issues && createBoard(options.issues, options);
  return {
    async tell(results, configured) {
      await board?.list();
      for (const result of results) await tellOfOne(result, { ...options, board });
      for (const name of board?.names() ?? []) {
        if (!configured.includes(name))
          await tellOver(name, `${name} is not configured any more.`, { ...options, board });
      }
    },
  };
}

interface Telling extends RefusalTellerOptions {
  readonly board: Board | undefined;
}

async function tellOfOne(result: ToldResult, telling: Telling): Promise<void> {
  const { installation, outcome } = result;
  // Nothing is known about what failed: it may be refused still.
  if (outcome.kind === 'failed') return;
  const { decision } = outcome;
  if (decision.kind !== 'refuse') {
    if (isKnown(decision)) await tellOver(installation.name, decision.detail, telling);
    return;
  }
  const refused = describeRefusal(result, decision);
  const link = await telling.board?.show(installation.name, describeIssue(refused));
  await notify(installation.name, telling, (occasion) => notifyRefused(refused, { ...occasion, issue: link }));
}

/** Nothing follows from a part of the versions: what was refused may be there still. */
function isKnown(decision: Decision): boolean {
  return decision.kind !== 'leave' || decision.because !== 'listing-incomplete';
}

/** @param how What became of it, in a sentence. */
async function tellOver(name: string, how: string, telling: Telling): Promise<void> {
  const link = await telling.board?.close(name, how);
  await notify(name, telling, (occasion) => notifyResolved(how, { ...occasion, issue: link }));
}

type Occasion = Omit<Parameters<typeof notifyResolved>[1], 'issue'>;

/** At least once: what was notified is remembered after it was, and the `id` of what comes next follows from it. */
async function notify(
  name: string,
  { repository, notifier, told, clock, log }: Telling,
  next: (occasion: Occasion) => NextNotification | undefined,
): Promise<void> {
  if (!notifier) return;
  await guarded(log, 'refusal.not-notified', name, async () => {
    const subject = `refusal-notified/${name}`;
    const at = clock.now();
    const following = next({ repository, before: parseNotified(await told.last(repository, subject)), at });
    if (!following) return;
    await notifier.notify(following.notification);
    await told.record(repository, subject, printNotified(following.notified), at);
    log.info('refusal.notified', { installation: name, event: following.notification.event });
  });
}

/** The issues of one repository, and what was written into them. */
interface Board {
  /** Looks once what is open; again after something failed. */
  list(): Promise<void>;
  /** @returns Names of the installations that are known to have an open issue. */
  names(): readonly string[];
  /**
   * Writes only what was not written before: what people closed stays closed, and what they edited stays edited, until there is
   * something new to say.
   *
   * @returns Its link, where it is known.
   */
  show(name: string, text: ReturnType<typeof describeIssue>): Promise<string | undefined>;
  /** @returns The link of what was open. */
  close(name: string, how: string): Promise<string | undefined>;
}

function createBoard(issues: Issues, { repository, told, clock, log }: RefusalTellerOptions): Board {
  let open: Map<string, readonly Issue[]> | undefined;
  const linkOf = (name: string) => open?.get(name)?.[0]?.link;
  const subjectOf = (name: string) => `refusal-issue/${name}`;
  /** What came of a write that failed is not known: it is looked up before the next pass. */
  const attempt = async (name: string, work: () => Promise<void>) => {
    if (!(await guarded(log, 'refusal.issue-failed', name, work))) open = undefined;
  };
  return {
    list: () =>
      attempt('', async () => {
        open ??= byName(await issues.listOpen());
      }),
    names: () => [...(open?.keys() ?? [])],
    async show(name, { title, body }) {
      await attempt(name, async () => {
        const digest = digestOfParts('consignee refusal issue 1', [title, body]);
        if ((await told.last(repository, subjectOf(name))) === digest) return;
        const issue = await issues.ensure({ key: keyOf(name), title, body });
        open?.set(name, [issue]);
        await told.record(repository, subjectOf(name), digest, clock.now());
        log.info('refusal.shown', { installation: name, issue: issue.number });
      });
      return linkOf(name);
    },
    async close(name, how) {
      const link = linkOf(name);
      await attempt(name, async () => {
        for (const { number } of open?.get(name) ?? []) {
          await issues.close(number, `This is over. ${plain(oneLine(how, maxExplanation))}`);
          log.info('refusal.over', { installation: name, issue: number });
        }
        open?.delete(name);
        // The same may come again, and is something new then.
        if (await told.last(repository, subjectOf(name)))
          await told.record(repository, subjectOf(name), '', clock.now());
      });
      return link;
    },
  };
}

const keyPrefix = 'refused/';

/** Two dashes would end the comment in which forges keep the key. */
const keyOf = (name: string) => `${keyPrefix}${name.replace(/-(?=-)/g, '-=')}`;

function byName(issues: readonly Issue[]): Map<string, readonly Issue[]> {
  const ours = issues.filter(({ key }) => key.startsWith(keyPrefix));
  return Map.groupBy(ours, ({ key }) => key.slice(keyPrefix.length).replaceAll('=', ''));
}

/** @returns Whether it was done; a failure is logged. */
async function guarded(log: Log, event: string, installation: string, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, message } = error;
    log.warn(event, { ...(installation && { installation }), code, message });
    return false;
  }
}
