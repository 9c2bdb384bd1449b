import type { Token } from './token-server.ts';

/** Keeps tokens while they are valid, and fetches each only once at a time. */
export interface TokenCache {
  /**
   * @param rejected A token that the registry did not take, which is not given out again.
   * @throws What `fetch` throws.
   */
  find(key: string, fetch: () => Promise<Token>, rejected: string | undefined): Promise<string>;
}

export function createTokenCache(now: () => number): TokenCache {
  const tokens = new Map<string, Promise<Token>>();

  async function fetchOnce(key: string, fetch: () => Promise<Token>): Promise<string> {
    const fetched = fetch();
    tokens.set(key, fetched);
    try {
      return (await fetched).value;
    } catch (error) {
      if (tokens.get(key) === fetched) tokens.delete(key);
      throw error;
    }
  }

  return {
    find: async (key, fetch, rejected) => {
      const known = tokens.get(key);
      const token = await known?.catch(() => undefined);
      if (token && token.expires > now() && token.value !== rejected) return token.value;
      // Whoever waited for the same token finds the one that another has begun to fetch.
      const begun = tokens.get(key);
      return begun && begun !== known ? (await begun).value : await fetchOnce(key, fetch);
    },
  };
}
