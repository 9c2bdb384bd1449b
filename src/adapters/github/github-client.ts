import { retry } from '@octokit/plugin-retry';
import { type ThrottlingOptions, throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import type { Clock } from '../../ports/clock.ts';
import { BrokenAnswer, statusOf, translateError } from './github-failure.ts';
import { createGitHubFetch } from './github-fetch.ts';
import { createSpacing } from './spacing.ts';

export type GitHubClient = Octokit;

/** Which repository, where. */
export interface GitHubPlace {
  /** Address of GitHub as people open it: `https://github.com`, or that of a GitHub Enterprise server. */
  readonly address: string;
  readonly owner: string;
  readonly name: string;
  /** Certificates in PEM that are trusted besides those of the system. */
  readonly certificateAuthority?: string | undefined;
  readonly clock: Clock;
  readonly pace?: GitHubPace | undefined;
}

/** How fast requests follow each other. The defaults are what GitHub asks for. */
export interface GitHubPace {
  /** Pause between two writes, in milliseconds. Default: 1000. */
  readonly writeSpacing: number;
  /** Pause between two writes that people are notified of, in milliseconds. Default: 3000. */
  readonly notificationSpacing: number;
  /** First pause before a read is repeated, in milliseconds; the second is four times as long. Default: 1000. */
  readonly retryPause: number;
  /** Time limit of reads, in milliseconds. Default: 10,000. */
  readonly readLimit: number;
  /** Time limit of writes, in milliseconds. Default: 30,000. */
  readonly writeLimit: number;
}

const defaultPace: GitHubPace = {
  writeSpacing: 1000,
  notificationSpacing: 3000,
  retryPause: 1000,
  readLimit: 10_000,
  writeLimit: 30_000,
};

/** Who sends the requests. */
export interface Credentials {
  token(): Promise<string>;
  /** Told that the forge did not take a token. */
  refused?(): void;
}

/** Longest wait for a forge that had too many requests, in seconds; after that the caller is told when to come back. */
const longestWaitSeconds = 60;

/** Octokit wants a word of its own where nobody listens. */
const silent = () => undefined;

/**
 * A client whose errors are `Failure`. Only reads are repeated (C-11): by the plug-in for repeating twice after broken connections and
 * 5xx, by the plug-in for limits after a wait of at most a minute.
 */
export function createGitHubClient(place: GitHubPlace, credentials: Credentials): GitHubClient {
  const pace = place.pace ?? defaultPace;
  const wait = (seconds: number, { method }: { readonly method: string }, _: unknown, attempts: number) =>
    method === 'GET' && seconds <= longestWaitSeconds && attempts < 2;
  const throttle: ThrottlingOptions = {
    id: `${place.address} ${place.owner}/${place.name}`,
    onRateLimit: wait,
    onSecondaryRateLimit: wait,
  };
  const spaced = {
    write: createSpacing(pace.writeSpacing),
    notifications: createSpacing(pace.notificationSpacing),
  };
  const client = new GitHubOctokit({
    baseUrl: apiOf(place.address),
    userAgent: 'consignee',
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: { fetch: createGitHubFetch(pace, place.certificateAuthority) },
    retry: { retries: 2, retryAfterBaseValue: pace.retryPause, doNotRetry: notRepeated },
    // Of a group the plug-in needs no more than this; its own ones are shared by the whole process.
    throttle: Object.assign(throttle, spaced),
  });
  signRequests(client, credentials, place);
  return client;
}

/** Answers after which nothing is gained by asking again; 429 is for the plug-in for limits. */
const notRepeated = [400, 401, 403, 404, 405, 409, 410, 412, 422, 429, 451];

/** The first is the innermost: what it throws the others see. */
const GitHubOctokit = Octokit.plugin(refuseBrokenAnswers, retry, throttling);

/** Octokit takes a body that broke off, and one that is no JSON, for text. */
function refuseBrokenAnswers(octokit: Pick<Octokit, 'hook'>) {
  octokit.hook.after('request', (response, options) => {
    if (response.status < 300 && response.status !== 204 && typeof response.data !== 'object') {
      throw new BrokenAnswer('the answer broke off or is no JSON', options);
    }
  });
  return {};
}

function signRequests(client: Octokit, credentials: Credentials, { address, clock }: GitHubPlace): void {
  const host = URL.parse(address)?.host ?? address;
  client.hook.before('request', async (options) => {
    options.headers.authorization ??= `Bearer ${await credentials.token()}`;
    options.request = { ...options.request, ...(options.method !== 'GET' && { retries: 0 }) };
  });
  client.hook.error('request', (error) => {
    if (statusOf(error) === 401) credentials.refused?.();
    throw translateError(error, { host, clock });
  });
}

/** @returns Where the API of GitHub, of a cloud with data residency, or of a GitHub Enterprise server lies. */
export function apiOf(address: string): string {
  const { protocol, host, pathname } = new URL(address);
  if (host === 'github.com' || host.endsWith('.ghe.com')) return `${protocol}//api.${host}`;
  return `${protocol}//${host}${pathname.replace(/\/+$/, '')}/api/v3`;
}
