import { randomBytes } from 'node:crypto';
import { link, mkdir, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SecretReference } from '../config/secret-reference.ts';
import { readSecret } from '../config/secrets.ts';

export interface WebhookSecret {
  readonly value: string;
  /** Whether it was made just now. */
  readonly fresh: boolean;
}

const secretBytes = 32;

/**
 * Finds the secret of webhooks where the server configuration says, or makes one there: in a file that is not there yet, readable for
 * its owner alone. What is there is never changed.
 *
 * @throws {Failure} `configuration` when it is there and cannot be used, or is an environment variable that is not set.
 */
export async function keepWebhookSecret(reference: SecretReference): Promise<WebhookSecret> {
  const fresh = reference.kind === 'file' && (await writeNew(reference.path, randomBytes(secretBytes).toString('hex')));
  return { value: (await readSecret(reference)).expose(), fresh };
}

/** The file appears with all of its content or not at all, and never in the place of another. @returns Whether it was written. */
async function writeNew(path: string, content: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    await using file = await open(draft, 'wx', 0o600);
    await file.writeFile(`${content}\n`);
    await file.sync();
    await link(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}
