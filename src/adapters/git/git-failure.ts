import { Failure, type FailureCode } from '../../core/failure.ts';
import type { GitOutput } from './git-process.ts';

interface Known {
  readonly pattern: RegExp;
  readonly code: FailureCode;
  readonly says: (name: string) => string;
  readonly remedy: string;
}

/** What git says about a repository elsewhere, and what it means. The first that fits counts. */
const known: readonly Known[] = [
  {
    pattern: /dubious ownership/,
    code: 'forge-denied',
    says: (name) => `The folder of ${name} belongs to another user, so git does not touch it`,
    remedy: 'Run Consignee as the user that owns the folder.',
  },
  {
    pattern: /host key verification failed/i,
    code: 'forge-denied',
    says: (name) => `The ssh host key of ${name} is not known`,
    remedy: "Add the server's key to ~/.ssh/known_hosts.",
  },
  {
    pattern: /transport '.*' not allowed/,
    code: 'forge-denied',
    says: (name) => `The server of ${name} leads to an address of another kind, which is not followed`,
    remedy: 'Write the address where the repository lies now.',
  },
  {
    pattern:
      /authentication failed|could not read (?:username|password)|permission denied|access denied|returned error: 40[13]/i,
    code: 'forge-denied',
    says: (name) => `Access to ${name} was denied`,
    remedy: 'Check the credentials, and that they may read and write this repository.',
  },
  {
    pattern: /not appear to be a git repository|repository .*not (?:found|exist)|not a git repository/i,
    code: 'forge-unreachable',
    says: (name) => `There is no git repository at ${name}`,
    remedy: 'Check the address, and that the credentials may see the repository.',
  },
];

/** Puts the end of a git command that spoke to `name` into our words. */
export function remoteFailure(name: string, action: string, { stderr }: GitOutput): Failure {
  const match = known.find(({ pattern }) => pattern.test(stderr));
  if (match) return new Failure(match.code, `${match.says(name)}: ${quoteGit(stderr)}`, { remedy: match.remedy });
  return new Failure('forge-unreachable', `git could not ${action} ${name}: ${quoteGit(stderr)}`, {
    remedy: 'Check that the server can be reached from this machine.',
  });
}

const quoteLimit = 500;

/** Foreign text for a message: the lines that count, in one line, without control characters, cut. */
export function quoteGit(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/);
  const telling = lines.filter((it) => /^(?:fatal|error|remote):/.test(it));
  return quote((telling.length > 0 ? telling : lines).map((it) => it.trim()).join('; '));
}

/** What the server and its hooks say, without git's own words. */
export function quoteServer(stderr: string): string {
  const said = stderr
    .split(/[\r\n]+/)
    .flatMap((it) => (it.startsWith('remote:') ? [it.slice('remote:'.length).trim()] : []));
  return quote(said.filter((it) => it !== '').join('; '));
}

function quote(text: string): string {
  const plain = text.replaceAll(/\p{C}+/gu, ' ').trim();
  return plain.length > quoteLimit ? `${plain.slice(0, quoteLimit)} …` : plain;
}
