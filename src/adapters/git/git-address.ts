import { resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';

/** Where a git repository lies, and the one protocol that git may speak to reach it. */
export interface GitAddress {
  readonly url: string;
  readonly protocol: 'file' | 'https' | 'http' | 'ssh';
}

const schemePattern = /^([a-z][a-z0-9+.-]*):\/\//i;
/** `user@host:path`. A host must not begin with a dash, or ssh takes it for an option. */
const scpPattern = /^(?:[A-Za-z0-9_][\w.-]*@)?[A-Za-z0-9_][\w.-]*:(?!:)[^:]/;

/**
 * Understands what git calls a URL, without the forms that run programs (`ext::`) and without a password in it, which would
 * stand in the list of processes.
 *
 * @throws {Failure} `configuration`.
 */
export function parseGitAddress(text: string, name: string): GitAddress {
  const scheme = schemePattern.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'https' || scheme === 'http' || scheme === 'ssh')
    return { url: checked(text, name), protocol: scheme };
  if (scheme === 'file') return { url: text, protocol: 'file' };
  if (scheme !== undefined || /^[a-z0-9+.-]+::/i.test(text)) {
    throw new Failure('configuration', `The address of ${name} is of a kind that is not supported: ${text}`, {
      remedy: 'Write a path, or an address that begins with https:// or ssh://.',
    });
  }
  if (scpPattern.test(text)) return { url: text, protocol: 'ssh' };
  return { url: resolve(text), protocol: 'file' };
}

function checked(text: string, name: string): string {
  const url = URL.parse(text);
  if (!url || url.hostname === '' || url.hostname.startsWith('-')) {
    throw new Failure('configuration', `The address of ${name} cannot be understood: it names no host`, {
      remedy: 'Write it as https://host/path or ssh://user@host/path.',
    });
  }
  if (url.password !== '') {
    throw new Failure('configuration', `The address of ${name} holds a password, which others could see`, {
      remedy: 'Take the password out of the address and give it as credentials of the connection.',
    });
  }
  return text;
}
