import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { isMapping } from '../../core/component/mapping.ts';
import { parseStrictJson } from '../../core/document/strict-json.ts';
import { Failure } from '../../core/failure.ts';
import type { RegistryCredentials } from './credentials.ts';

/** Runs a program that looks credentials up, with `input` on its standard input. */
export type RunHelper = (
  program: string,
  input: string,
) => Promise<
  { readonly kind: 'ran'; readonly exitCode: number; readonly output: string } | { readonly kind: 'failed' }
>;

const timeoutMilliseconds = 30_000;
const maxOutputBytes = 64 * 1024;
const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Runs helpers without a shell and within a time limit.
 *
 * @param environment All that they see of the variables; without it the search path of the system and the home folder.
 */
export function createHelperRunner(environment?: Readonly<Record<string, string | undefined>>): RunHelper {
  return (program, input) =>
    new Promise((resolve) => {
      const env = environment ?? { PATH: systemPath, HOME: homedir() };
      const options = { env, timeout: timeoutMilliseconds, maxBuffer: maxOutputBytes, killSignal: 'SIGKILL' } as const;
      const child = execFile(program, ['get'], options, (error, stdout) => {
        const exitCode = error ? error.code : 0;
        resolve(typeof exitCode === 'number' ? { kind: 'ran', exitCode, output: stdout } : { kind: 'failed' });
      });
      // A helper that ends without reading is told apart by what it answers.
      child.stdin?.on('error', () => {});
      child.stdin?.end(input);
    });
}

/**
 * Asks one of Docker's credential helpers.
 *
 * @returns `undefined` when it has nothing for the host.
 * @throws {Failure} `configuration` when there is no such helper, or it does not answer. Its output is never part of that.
 * @see github.com/docker/docker-credential-helpers
 */
export async function askHelper(name: string, host: string, run: RunHelper): Promise<RegistryCredentials | undefined> {
  if (!/^[a-z0-9._-]+$/.test(name)) {
    throw new Failure('configuration', `The name of a credential helper is none: ${JSON.stringify(name)}.`, {
      remedy:
        'Write what follows docker-credential- in the name of the program: lower-case letters, digits, and . _ -.',
    });
  }
  const program = `docker-credential-${name}`;
  const result = await run(program, host);
  if (result.kind === 'failed') throw helperFailure(program, host, 'cannot be run, or did not end in time');
  const { exitCode, output } = result;
  if (exitCode !== 0 && /credentials not found/i.test(output)) return undefined;
  if (exitCode !== 0) throw helperFailure(program, host, `ended with exit code ${exitCode}`);
  const json = parseStrictJson(Buffer.from(output));
  const { Username: username, Secret: secret } = json.kind === 'parsed' && isMapping(json.value) ? json.value : {};
  if (typeof username !== 'string' || typeof secret !== 'string') {
    throw helperFailure(program, host, 'answered with what are no credentials');
  }
  if (username === '' && secret === '') return undefined;
  return username === '<token>'
    ? { kind: 'identity-token', token: secret }
    : { kind: 'basic', username, password: secret };
}

function helperFailure(program: string, host: string, what: string): Failure {
  return new Failure('configuration', `The credential helper ${program} ${what} when asked for ${host}.`, {
    remedy: `Run "echo ${host} | ${program} get" as the user that Consignee runs as, and mend what it says.`,
  });
}
