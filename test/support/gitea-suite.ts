import { spawn } from 'node:child_process';
import { findGitea, printServer, readServer, startGitea } from './gitea-server.ts';

/**
 * `npm run test:gitea`: every `*.gitea.test.ts` against a real Gitea. One server for all of them: the one that `CONSIGNEE_TEST_GITEA` and the
 * tokens beside it name, or one that is started here.
 */
async function main(words: readonly string[]): Promise<number> {
  if (readServer(process.env)) return runTests(words, {});
  const binary = findGitea(process.env);
  if (!binary && process.env.GITEA_BIN) {
    process.stderr.write(`GITEA_BIN names ${process.env.GITEA_BIN}, which cannot be run.\n`);
    return 1;
  }
  if (!binary) {
    process.stdout.write('No Gitea here, nothing was tested: put gitea on PATH, or name it with GITEA_BIN.\n');
    return 0;
  }
  const gitea = await startGitea(binary, process.env);
  try {
    process.stdout.write(`Gitea ${gitea.version} at ${gitea.server.url}\n`);
    return await runTests(words, printServer(gitea.server));
  } finally {
    await gitea[Symbol.asyncDispose]();
  }
}

function runTests(words: readonly string[], variables: NodeJS.ProcessEnv): Promise<number> {
  const tests = spawn('vitest', ['run', '.gitea.test.ts', ...words], {
    stdio: 'inherit',
    env: { ...process.env, ...variables },
  });
  // The terminal sends the interrupt to both; the tests end, and after them the server.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => tests.kill());
  return new Promise((resolve, reject) => {
    tests.once('error', reject);
    tests.once('exit', (code) => resolve(code ?? 1));
  });
}

process.exitCode = await main(process.argv.slice(2));
