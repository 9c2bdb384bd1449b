import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { Failure } from '../../core/failure.ts';
import type { GitAddress } from './git-address.ts';

/** Runs git. This is the only file that starts it, so that the rules of A-24 and D-46 hold everywhere. */
export interface Git {
  /**
   * Runs one command to its end. Which exit codes are good is for the caller to say.
   *
   * @param words Fixed by us but for object ids, full ref names and the address, which stand behind `--end-of-options`.
   * @throws {Failure} `local` when git is not there or prints too much; the code of `limit` when it takes too long.
   */
  run(words: readonly string[], options?: RunOptions): Promise<GitOutput>;
  /** Starts a command that stays. */
  start(words: readonly string[], folder: string): GitChild;
}

export interface RunOptions {
  /** The git directory. Without it the command runs outside of any repository. */
  readonly folder?: string;
  readonly input?: string | Uint8Array;
  readonly maxBytes?: number;
  readonly seconds?: number;
  /** Further environment: index file, author. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Whose fault it is when time runs out. */
  readonly code?: 'local' | 'forge-unreachable';
}

export interface GitOutput {
  /** Exit code; 128 when it was killed. */
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export type GitChild = ChildProcessByStdio<Writable, Readable, null>;

/** What git may read of our environment: finding programs, the ssh agent, the way out of the network, certificates. */
const passedOn = [
  'PATH',
  'SSH_AUTH_SOCK',
  'GIT_SSH_COMMAND',
  'GIT_SSH_VARIANT',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
  'TMPDIR',
  'SystemRoot',
];

/** The configuration of every command; no file of the machine or the user adds to it. */
const settings: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.attributesFile': '/dev/null',
  'core.protectHFS': 'true',
  'core.protectNTFS': 'true',
  'core.quotePath': 'false',
  // What we keep is a cache: it is rebuilt when it breaks, so waiting for the disk gains nothing.
  'core.fsync': 'none',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'protocol.allow': 'never',
  'submodule.recurse': 'false',
  'transfer.fsckObjects': 'true',
  // The header with the credentials would go along to wherever a server points.
  'http.followRedirects': 'false',
  // Always a pack, which appears at once or not at all. Loose objects of a fetch that is killed leave commits without files.
  'fetch.unpackLimit': '1',
};

const stderrLimit = 64 * 1024;

/** What https asks for. */
export interface GitAccount {
  readonly user: string;
  readonly password: string;
}

export interface GitSurroundings {
  /** Of this process; what git may see is picked from it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly address: GitAddress;
  /** For https, asked for anew for each command. They go by the environment, bound to the address, never into the arguments. */
  readonly credentials?: (() => Promise<GitAccount>) | undefined;
  /** File in PEM, for https. */
  readonly certificateAuthority?: string | undefined;
}

export function createGit({ environment, address, credentials, certificateAuthority }: GitSurroundings): Git {
  const config = {
    ...settings,
    [`protocol.${address.protocol}.allow`]: 'always',
  };
  // The variable: where the environment has one, git takes it before any setting.
  const authority = certificateAuthority === undefined ? {} : { GIT_SSL_CAINFO: certificateAuthority };
  const remote = address.protocol === 'https' || address.protocol === 'http';
  const authorized = async () => (remote && credentials ? authorization(address, await credentials()) : {});
  // Outside of any repository, but for the one that is named: never the one that this process happens to stand in.
  const variablesOf = (folder: string | undefined, more: Readonly<Record<string, string>> = {}) => ({
    ...environmentOf({ ...environment, ...authority }, { ...config, ...more }),
    GIT_DIR: folder ?? '/dev/null/none',
  });
  return {
    run: async (words, options = {}) =>
      run(words, { ...variablesOf(options.folder, await authorized()), ...options.variables }, options),
    start: (words, folder) => spawn('git', words, { env: variablesOf(folder), stdio: ['pipe', 'pipe', 'ignore'] }),
  };
}

function environmentOf(
  ours: Readonly<Record<string, string | undefined>>,
  config: Readonly<Record<string, string>>,
): Record<string, string> {
  const picked = passedOn.flatMap((key) => (ours[key] === undefined ? [] : [[key, ours[key]] as const]));
  const entries = Object.entries(config);
  return {
    // A host key that is not known, or a key with a passphrase, must end in a message and not in a question.
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    ...Object.fromEntries(picked),
    // No ~/.gitconfig, ~/.netrc, ~/.config/git. ssh finds its keys all the same: it asks the system for the home, not HOME.
    HOME: '/dev/null',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_CONFIG_COUNT: `${entries.length}`,
    ...Object.fromEntries(
      entries.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}

function authorization(address: GitAddress, { user, password }: GitAccount): Readonly<Record<string, string>> {
  const header = `Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return { [`http.${new URL(address.url).origin}/.extraHeader`]: header };
}

function run(words: readonly string[], env: Record<string, string>, options: RunOptions): Promise<GitOutput> {
  const { input = '', maxBytes = 64 * 1024 * 1024, seconds = 60, code: lateCode = 'local' } = options;
  const { promise, resolve, reject } = Promise.withResolvers<GitOutput>();
  const child = spawn('git', words, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let failure: Failure | undefined;
  const stop = (because: Failure) => {
    failure ??= because;
    child.kill();
  };
  const timer = setTimeout(
    () => stop(new Failure(lateCode, `git ${words[0]} did not end within ${seconds} seconds`)),
    seconds * 1000,
  );
  // git tidies up when it is asked to end; one that does not listen is ended.
  const lastTimer = setTimeout(() => child.kill('SIGKILL'), (seconds + 5) * 1000);

  collect(child.stdout, stdout, maxBytes, () =>
    stop(new Failure('local', `git ${words[0]} printed more than ${maxBytes} bytes`)),
  );
  collect(child.stderr, stderr, stderrLimit);
  child.stdin.on('error', () => undefined); // It ended without reading all: its exit code says why.
  child.stdin.end(input);
  child.on('error', (error) => reject(notRun(error)));
  child.on('close', (code) => {
    clearTimeout(timer);
    clearTimeout(lastTimer);
    if (failure) reject(failure);
    else resolve({ code: code ?? 128, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() });
  });
  return promise;
}

/** Keeps the first `maxBytes` and reads on, for a pipe that nobody reads stops the writer. */
function collect(stream: Readable, into: Buffer[], maxBytes: number, onMore: () => void = () => undefined): void {
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < maxBytes) into.push(chunk.subarray(0, maxBytes - size));
    size += chunk.length;
    if (size > maxBytes) onMore();
  });
}

function notRun(cause: Error): Failure {
  return new Failure('local', `git could not be started: ${cause.message}`, {
    remedy: 'Install git 2.38 or newer and put it on the PATH.',
    cause,
  });
}

/** @throws {Failure} `local` when git is missing or older than 2.38, the first with `merge-tree --write-tree`. */
export async function checkGitVersion(git: Git): Promise<void> {
  const { stdout } = await git.run(['version']);
  const text = stdout.toString().trim();
  const [, major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(text)?.map(Number) ?? [];
  if (major > 2 || (major === 2 && minor >= 38)) return;
  throw new Failure('local', `git is too old: "${text}"`, { remedy: 'Install git 2.38 or newer.' });
}
