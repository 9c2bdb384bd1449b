import { open } from 'node:fs/promises';
import { Failure } from '../core/failure.ts';
import type { SecretReference } from './secret-reference.ts';

/** A secret that does not show itself: printed, logged or turned into JSON, it is `[secret]`. */
export interface Secret {
  /** @returns The secret itself, for the one call that needs it. */
  expose(): string;
  toString(): string;
  toJSON(): string;
}

/** In bytes: more is no secret, but the wrong file. */
const maxLength = 64 * 1024;

/**
 * Reads a secret where it stands, each time anew, so that it can be exchanged while the bot runs. One line break at its end is not part
 * of it.
 *
 * @param variables The variables of the process, when not given.
 * @throws {Failure} `configuration` when it is not there, empty or too large.
 */
export async function readSecret(
  reference: SecretReference,
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Secret> {
  const text = reference.kind === 'env' ? ownValue(variables, reference.name) : await readSecretFile(reference.path);
  const value = text?.replace(/\r?\n$/, '') ?? '';
  if (value !== '') return createSecret(value);
  if (reference.kind === 'env') {
    throw new Failure(
      'configuration',
      `the environment variable ${reference.name} is ${text === undefined ? 'not set' : 'empty'}`,
      {
        remedy: `Set ${reference.name}, or change the reference to it.`,
      },
    );
  }
  throw new Failure('configuration', `the secret file ${reference.path} is empty`, {
    remedy: 'Put the secret into it.',
  });
}

const ownValue = (variables: Readonly<Record<string, string | undefined>>, name: string) =>
  Object.hasOwn(variables, name) ? variables[name] : undefined;

async function readSecretFile(path: string): Promise<string> {
  try {
    await using file = await open(path);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(maxLength + 1));
    if (bytesRead <= maxLength) return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    throw new Failure('configuration', `the secret file ${path} cannot be read`, {
      remedy: 'Make it readable for the user that Consignee runs as, or change the reference to it.',
      cause: error,
    });
  }
  throw new Failure('configuration', `the secret file ${path} is larger than ${maxLength} bytes`, {
    remedy: 'Put only the secret into it.',
  });
}

function createSecret(value: string): Secret {
  const hidden = () => '[secret]';
  return { expose: () => value, toString: hidden, toJSON: hidden };
}
