import { Failure } from '../../core/failure.ts';
import type { RefusalNotification } from '../../core/refusal/notification.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { createPost, type Post } from './post.ts';
import type { NotifyLimits, Timing } from './timing.ts';
import { defaultLimits, defaultTiming } from './timing.ts';

/** Who is told. */
export interface Receiver {
  /** Of the server configuration. */
  readonly name: string;
  readonly url: string;
  /** Read anew for each notification, so that an exchanged secret counts at once. */
  readonly secret: () => Promise<string>;
}

export interface NotifierOptions {
  readonly receivers: readonly Receiver[];
  readonly limits?: NotifyLimits;
  readonly timing?: Timing;
}

/**
 * Posts notifications to webhooks, to all of them side by side. A receiver that took a notification is not given it again while
 * another one fails; one that does not answer is left in peace for a while, so that it does not hold up every pass.
 */
export function createNotifier({ receivers, ...options }: NotifierOptions): Notifier & AsyncDisposable {
  const { limits = defaultLimits, timing = defaultTiming } = options;
  const post = createPost(limits, timing);
  const channels = receivers.map((receiver) => createChannel(receiver, { post, limits, timing }));
  return {
    async notify(notification) {
      const body = Buffer.from(JSON.stringify(notification));
      const results = await Promise.allSettled(channels.map((deliver) => deliver(notification, body)));
      const errors = results.flatMap((it) => (it.status === 'rejected' ? [it.reason] : []));
      for (const error of errors) if (!(error instanceof Failure)) throw error;
      if (errors.length > 0) throw joined(errors);
    },
    [Symbol.asyncDispose]: () => post[Symbol.asyncDispose](),
  };
}

type Channel = (notification: RefusalNotification, body: Uint8Array) => Promise<void>;

interface Delivering {
  readonly post: Post;
  readonly limits: NotifyLimits;
  readonly timing: Timing;
}

function createChannel({ name, url, secret }: Receiver, { post, limits, timing }: Delivering): Channel {
  /** The last notification that it took, by installation. */
  const taken = new Map<string, string>();
  let pausedUntil = 0;
  let silences = 0;

  /** Each time twice as long as before. */
  function pause(): void {
    const seconds = Math.min(limits.maxPauseSeconds, limits.pauseSeconds * 2 ** silences);
    silences++;
    pausedUntil = timing.now() + seconds * 1000;
  }

  return async (notification, body) => {
    const { repository, installation, id } = notification;
    const subject = `${repository} ${installation.environment}/${installation.application}`;
    if (taken.get(subject) === id) return;
    const address = new URL(url);
    if (timing.now() < pausedUntil) {
      const until = new Date(pausedUntil).toISOString();
      throw failed(
        { name, address },
        { kind: 'silent', what: `did not answer lately, and is tried again after ${until}` },
      );
    }
    const outcome = await post.send({ url: address, body, secret: await readSecret({ name, secret }) });
    if (outcome.kind === 'silent') pause();
    else silences = 0;
    if (outcome.kind !== 'taken') throw failed({ name, address }, outcome);
    taken.set(subject, id);
  };
}

async function readSecret({ name, secret }: Pick<Receiver, 'name' | 'secret'>): Promise<string> {
  try {
    return await secret();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, message, remedy, place } = error;
    throw new Failure(code, `The receiver ${name} was not told: ${message}.`, { remedy, place, cause: error });
  }
}

function failed(
  { name, address }: { readonly name: string; readonly address: URL },
  { kind, what }: { readonly kind: 'silent' | 'refused'; readonly what: string },
): Failure {
  const remedy =
    kind === 'silent'
      ? `Check \`url\` of ${name} under \`notify\` in the server configuration, and that the receiver is up.`
      : `Check \`url\` and \`secret\` of ${name} under \`notify\` in the server configuration, and the log of the receiver.`;
  return new Failure('receiver-unreachable', `The receiver ${name} at ${address.host} ${what}.`, { remedy });
}

/** @returns One failure that names all receivers that were not told. */
function joined(errors: readonly Failure[]): Failure {
  const [first, ...others] = errors;
  if (first && others.length === 0) return first;
  const remedies = new Set(errors.flatMap(({ remedy }) => remedy ?? []));
  return new Failure('receiver-unreachable', errors.map(({ message }) => message).join(' '), {
    remedy: [...remedies].join(' '),
    cause: first,
  });
}
