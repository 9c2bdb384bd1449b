#!/usr/bin/env node
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

const node = carriedNode();
if (node === undefined) {
  module.enableCompileCache?.(fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url)));
  await import('../src/main.ts');
} else {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}
