import { Failure } from '../../core/failure.ts';

/** In milliseconds, for connection and answer together. */
const limit = 10_000;

/**
 * Finds out whether somebody answers where notifications go, without sending one: any answer to `HEAD` will do.
 *
 * @throws {Failure} `receiver-unreachable`.
 */
export async function reachReceiver({ name, url }: { readonly name: string; readonly url: string }): Promise<void> {
  const { Agent } = await import('undici');
  const { origin, pathname, search, host } = new URL(url);
  const agent = new Agent({ connections: 1, allowH2: false });
  const signal = AbortSignal.timeout(limit);
  try {
    const path = `${pathname}${search}`;
    const { body } = await agent.request({
      origin,
      path,
      method: 'HEAD',
      headers: { 'user-agent': 'consignee' },
      signal,
    });
    await body.dump({ limit: 1024, signal }).catch(() => undefined);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (typeof code !== 'string' && !signal.aborted) throw error;
    const what = signal.aborted ? 'does not answer' : `cannot be reached: ${code}`;
    throw new Failure('receiver-unreachable', `The receiver ${name} at ${host} ${what}.`, {
      remedy: 'Check its address under "notify" in the server configuration, and that this machine may reach it.',
      cause: error,
    });
  } finally {
    await agent.destroy();
  }
}
