#!/usr/bin/env -S MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=65536 node --max-semi-space-size=4
// The command line from any shell and any folder: runs the sources with this Node, or with the carried one when this is too old.
import { spawn } from 'node:child_process';
import module from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { carriedNode } from './carried-node.js';

try {
  import.meta.resolve('commander');
} catch {
  console.error(
    `Consignee lacks its dependencies. Run "npm ci" in ${fileURLToPath(new URL('..', import.meta.url))} first.`,
  );
  process.exit(1);
}

/**
 * As in the first line: half the memory of a process that waits for its next event is room for new objects otherwise, or freed and not
 * given back by glibc, which keeps a heap for each thread.
 */
const flags = ['--max-semi-space-size=4'];
const variables = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536' };

const node = carriedNode();
if (node === undefined) {
  module.enableCompileCache?.(fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url)));
  await import('../src/main.ts');
} else {
  const child = spawn(node, [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...variables, ...process.env },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}
