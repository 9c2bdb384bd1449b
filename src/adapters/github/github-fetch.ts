import { getCACertificates } from 'node:tls';
import type { Agent, RequestInit, Response } from 'undici';

interface Limits {
  /** In milliseconds, from the first byte sent to the last one received. */
  readonly readLimit: number;
  readonly writeLimit: number;
}

/** @returns A `fetch` in which each single attempt has its time limit, whatever waited before it. */
export function createGitHubFetch({ readLimit, writeLimit }: Limits, certificateAuthority: string | undefined) {
  let loaded: Promise<{ readonly undici: typeof import('undici'); readonly agent: Agent }> | undefined;
  return async (url: string, init: RequestInit): Promise<Response> => {
    loaded ??= load(certificateAuthority);
    const { undici, agent } = await loaded;
    const limit = AbortSignal.timeout(init.method === 'GET' ? readLimit : writeLimit);
    return undici.fetch(url, { ...init, dispatcher: agent, signal: limit });
  };
}

/** Loaded when it is needed: that takes longer than most of what the command line does without a forge. */
async function load(certificateAuthority: string | undefined) {
  const undici = await import('undici');
  // Given authorities would replace those of the system.
  const ca = certificateAuthority && [...getCACertificates('default'), certificateAuthority];
  return { undici, agent: new undici.Agent({ connect: { timeout: 10_000, ...(ca && { ca }) } }) };
}
