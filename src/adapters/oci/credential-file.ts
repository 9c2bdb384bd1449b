import { readFile, stat } from 'node:fs/promises';
import { Failure } from '../../core/failure.ts';

const maxBytes = 1024 * 1024;

/** @throws {Failure} `configuration` when the file is not there or too large to be one with credentials. */
export async function readCredentialFile(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size <= maxBytes) return await readFile(path);
  } catch (error) {
    throw new Failure('configuration', `The credential file ${path} cannot be read.`, {
      remedy: 'Make it readable for the user that Consignee runs as, or change the path.',
      cause: error,
    });
  }
  throw badFile(path, `is larger than ${maxBytes} bytes`);
}

/** @param what What is wrong, never with anything that stands in the file. */
export function badFile(path: string, what: string, line?: number): Failure {
  return new Failure('configuration', `The credential file ${path} ${what}.`, {
    remedy: 'Correct the file, or write it anew with docker login.',
    place: { file: path, line },
  });
}

/** A host, with the path below it that is read, for which credentials are wanted. */
export interface Place {
  /** In lower case, without the port that https has anyway. */
  readonly host: string;
  /** Segments below the host. */
  readonly path: readonly string[];
}

/** @param text `host[:port][/path]`, or an address as older files have it: `https://host/v1/`. */
export function parsePlace(text: string): Place {
  const [host = '', ...path] = text
    .replace(/^https?:\/\//i, '')
    .replace(/\/v[12]\/?$/, '')
    .split('/');
  return { host: host.toLowerCase().replace(/:443$/, ''), path: path.filter((it) => it !== '') };
}

/**
 * Compares whole segments, never parts of names: a host that another begins with is another one.
 *
 * @returns How many segments of the path `outer` names, or `undefined` when `inner` does not lie in it.
 */
export function coverage(outer: Place, inner: Place): number | undefined {
  const covers = outer.host === inner.host && outer.path.every((segment, index) => segment === inner.path[index]);
  return covers ? outer.path.length : undefined;
}
