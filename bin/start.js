// Starts a program of this package with the Node it needs: `node bin/start.js <tool or file> [arguments]`.
// Installs the dependencies first where they are missing or older than the lock file. Plain JavaScript without
// dependencies, for it runs before anything is installed and on Node 20.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { carriedNode } from './carried-node.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');

/** npm writes this file last: when it is missing or older than the lock file, the installation is not the locked one. */
function installed() {
  const stamp = statSync(join(modules, '.package-lock.json'), { throwIfNoEntry: false });
  return stamp !== undefined && stamp.mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

function install() {
  console.error('Installing the dependencies once (npm ci) …');
  const arguments_ = ['ci', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const done = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...arguments_], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', arguments_, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (done.status === 0) return;
  console.error(
    'npm ci failed (see above). Repair the cause, for example the access to your npm registry, and start again.',
  );
  process.exit(1);
}

/** A file of the package as it is; anything else is a tool from node_modules/.bin. */
function programOf(name) {
  return existsSync(join(root, name)) ? join(root, name) : join(modules, '.bin', name);
}

if (!installed()) install();

const node = carriedNode() ?? process.execPath;
const [name, ...rest] = process.argv.slice(2);
const child = spawn(node, [programOf(name), ...rest], {
  stdio: 'inherit',
  env: {
    ...process.env,
    PATH: `${join(modules, '.bin')}:${process.env.PATH}`,
    NODE_COMPILE_CACHE: join(modules, '.cache', 'compile'),
  },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
});
