// `npm run check`: types, lint and format, unused code. All of them run, so that one round of mending is enough.
import { spawnSync } from 'node:child_process';

const checks = [
  ['types', 'tsc', ['--noEmit']],
  ['lint and format', 'biome', ['check', '--error-on-warnings', '.']],
  ['unused code', 'knip', []],
];
const failed = checks.filter(([, tool, rest]) => spawnSync(tool, rest, { stdio: 'inherit' }).status !== 0);
console.log(failed.length === 0 ? 'check: all good' : `check failed: ${failed.map(([name]) => name).join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
