import { createHmac, randomUUID } from 'node:crypto';
import type { GiteaHook, GiteaState } from './gitea-stand-in-state.ts';

/** Something that happened, as hooks are told of it. */
export interface GiteaEvent {
  /** `X-Gitea-Event-Type`, for example `pull_request_comment`. */
  readonly type: string;
  /** `X-Gitea-Event`, where it differs. */
  readonly coarse?: string;
  /** The branch, for hooks with a filter: only pushes, creations and deletions have one. */
  readonly branch?: string;
  readonly payload: () => Promise<object> | object;
}

export interface Deliveries {
  /** Queues it for every hook that wants it. */
  tell(event: GiteaEvent): void;
  /** Everything that was queued has been sent, or is lost. */
  settled(): Promise<void>;
  readonly sent: readonly SentDelivery[];
}

export interface SentDelivery {
  readonly type: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `undefined` when there was no answer in time. */
  readonly status: number | undefined;
}

const answerTimeout = 5000;

/** Sends each event once, one after the other, and never again, as Gitea does. */
export function createDeliveries(state: GiteaState): Deliveries {
  const sent: SentDelivery[] = [];
  let queue: Promise<void> = Promise.resolve();
  async function deliver(event: GiteaEvent, hooks: readonly GiteaHook[]) {
    const body = JSON.stringify(await event.payload(), null, 2);
    for (const hook of hooks) {
      const headers = headersFor(event, hook, body);
      const status = await fetch(hook.url, {
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.timeout(answerTimeout),
      })
        .then(async (answer) => {
          await answer.arrayBuffer();
          return answer.status;
        })
        .catch(() => undefined);
      sent.push({ type: event.type, url: hook.url, headers, body, status });
    }
  }
  return {
    sent,
    tell(event) {
      const hooks = state.hooks.filter((hook) => wants(hook, event));
      if (hooks.length === 0) return;
      queue = queue.then(() => deliver(event, hooks)).catch(() => undefined);
    },
    async settled() {
      await queue;
    },
  };
}

function wants({ active, events, branchFilter }: GiteaHook, { type, branch }: GiteaEvent): boolean {
  const selected =
    type.startsWith('pull_request_review_') && type !== 'pull_request_review_request' ? 'pull_request_review' : type;
  const passes = branchFilter === '' || branchFilter === '*' || branch === undefined || branch === branchFilter;
  return active && passes && events.includes(selected);
}

const sign = (algorithm: string, secret: string, body: string) =>
  secret === '' ? '' : createHmac(algorithm, secret).update(body).digest('hex');

function headersFor({ type, coarse = type }: GiteaEvent, { secret, authorization }: GiteaHook, body: string) {
  const delivery = randomUUID();
  const signature = sign('sha256', secret, body);
  return {
    'Content-Type': 'application/json',
    'X-GitHub-Delivery': delivery,
    'X-GitHub-Event': coarse,
    'X-GitHub-Event-Type': type,
    'X-GitHub-Hook-Installation-Target-Type': 'repository',
    'X-Gitea-Delivery': delivery,
    'X-Gitea-Event': coarse,
    'X-Gitea-Event-Type': type,
    'X-Gitea-Hook-Installation-Target-Type': 'repository',
    'X-Gitea-Signature': signature,
    'X-Gogs-Delivery': delivery,
    'X-Gogs-Event': coarse,
    'X-Gogs-Event-Type': type,
    'X-Gogs-Signature': signature,
    'X-Hub-Signature': `sha1=${sign('sha1', secret, body)}`,
    'X-Hub-Signature-256': `sha256=${signature}`,
    ...(authorization === '' ? {} : { Authorization: authorization }),
  };
}

const pullRequestEvents = [
  'pull_request',
  'pull_request_assign',
  'pull_request_label',
  'pull_request_milestone',
  'pull_request_comment',
  'pull_request_review',
  'pull_request_review_request',
  'pull_request_sync',
];
const issueEvents = ['issues', 'issue_assign', 'issue_label', 'issue_milestone', 'issue_comment'];
const plainEvents = [
  ...pullRequestEvents.slice(1),
  ...issueEvents.slice(1),
  ...['push', 'create', 'delete', 'fork', 'repository', 'wiki', 'release', 'package', 'status'],
  ...['workflow_run', 'workflow_job'],
];

/** @returns What a selection turns on: `issues` and `pull_request` stand for several, unknown names vanish. */
export function expandEvents(selected: readonly string[] | undefined): readonly string[] {
  const wanted = selected === undefined || selected.length === 0 ? ['push'] : selected;
  const all = wanted.flatMap((name) => {
    if (name === 'pull_request') return pullRequestEvents;
    if (name === 'issues') return issueEvents;
    if (name === 'pull_request_only') return ['pull_request'];
    if (name === 'issues_only') return ['issues'];
    return plainEvents.includes(name) ? [name] : [];
  });
  return [...new Set(all)];
}
