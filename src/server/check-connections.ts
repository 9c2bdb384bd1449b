import { Failure, type Finding } from '../core/failure.ts';
import { connectionKey, type HookConnection } from './hook-connection.ts';

/** In bytes: an HMAC-SHA256 is worth no more than its secret (D-10). */
const minLength = 32;

/**
 * Looks whether every connection has a secret that is worth something, before anything listens (D-10).
 *
 * @throws {Failure} `configuration`, naming each connection whose secret is missing, unreadable, short, or made of few different
 *   characters.
 */
export async function checkConnections(connections: readonly HookConnection[]): Promise<void> {
  const findings = (await Promise.all(connections.map(check))).flat();
  const [first] = findings;
  if (!first) return;
  if (findings.length === 1) throw new Failure('configuration', first.message, { remedy: first.remedy });
  throw new Failure('configuration', 'webhooks cannot be told from forgeries', { findings });
}

async function check(connection: HookConnection): Promise<readonly Finding[]> {
  const key = connectionKey(connection);
  let secrets: readonly string[];
  try {
    secrets = await connection.secrets();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [{ message: `${key}: ${error.message}`, remedy: error.remedy }];
  }
  if (secrets.length === 0) {
    return [{ message: `${key} has no webhook secret`, remedy: 'Name one under "webhookSecrets".' }];
  }
  const weakness = secrets.map(findWeakness).find((it) => it !== undefined);
  const remedy = 'Make one, for example with: openssl rand -hex 32';
  return weakness === undefined ? [] : [{ message: `a webhook secret of ${key} ${weakness}`, remedy }];
}

function findWeakness(secret: string): string | undefined {
  if (secret.trim() === '') return 'is empty';
  if (Buffer.byteLength(secret) < minLength) return `is shorter than ${minLength} bytes`;
  return new Set(secret).size < 8 ? 'is made of fewer than 8 different characters' : undefined;
}
