import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { expect, test } from 'vitest';

/** Folders of src/ that each folder may import from, besides itself (docs/ARCHITECTURE.md has the same table in words). */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  ports: ['core'],
  workflows: ['core', 'ports'],
  adapters: ['core', 'ports'],
  config: ['core'],
  server: ['core', 'ports'],
  cli: ['core', 'ports', 'workflows', 'config', 'server'],
  wire: ['core', 'ports', 'adapters', 'config', 'server'],
  'wire.ts': ['wire', 'core', 'ports', 'workflows', 'adapters', 'config', 'server', 'cli'],
  'main.ts': ['wire.ts', 'cli', 'config', 'core'],
};

/** Packages and modules that a folder may use; folders that are not listed may use any. */
const mayUse: Readonly<Record<string, readonly string[]>> = {
  'adapters/notify': ['undici', 'node:crypto', 'node:timers'],
  'adapters/oci': ['undici', 'node:child_process', 'node:crypto', 'node:fs', 'node:os', 'node:path', 'node:tls'],
  core: [],
  'core/archive': ['node:stream', 'node:zlib'],
  'core/component': ['yaml'],
  'core/diff': ['yaml'],
  'core/digest.ts': ['node:crypto'],
  'core/document': ['yaml'],
  'core/init': ['yaml'],
  'core/merge': ['yaml'],
  'core/pin': ['yaml'],
  'core/repository': ['node:crypto'],
  'core/controllers': ['yaml'],
  'core/schema': ['ajv', 'yaml'],
  'core/template': ['yaml', '@bufbuild/cel'],
  'core/trust': ['node:crypto', 'node:zlib', 'pkijs'],
  'core/values': ['ajv', 'yaml'],
  ports: [],
  workflows: [],
  config: ['zod'],
};

/** Files that may reach for what their folder may not, each with the reason. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  // The only file that reads `file:` references.
  'config/secrets.ts': ['node:fs', 'node:path'],
};

/** Which adapter may use which other: git serves the forges. */
const adapterMayUse: Readonly<Record<string, readonly string[]>> = {
  'plain-git': ['git'],
  gitea: ['git'],
  github: ['git'],
};

const importPattern =
  /(?:^|[\s;])(?:import|export)\s[^'"]*?from\s*'([^']+)'|import\s*\(\s*'([^']+)'\s*\)|^import\s*'([^']+)'/gm;

interface Source {
  /** Path below src/. */
  readonly file: string;
  readonly imports: readonly string[];
}

const sources: readonly Source[] = globSync('src/**/*.ts').map((path) => ({
  file: path.split('\\').join('/').slice('src/'.length),
  imports: findImports(readFileSync(path, 'utf8')),
}));

function findImports(text: string): readonly string[] {
  return [...text.matchAll(importPattern)].map(([, a, b, c]) => a ?? b ?? c ?? '');
}

function placeOf(file: string): string {
  return file.split('/')[0] ?? '';
}

/** Relative imports as paths below src/. */
function targetsOf({ file, imports }: Source): readonly string[] {
  return imports.filter((it) => it.startsWith('.')).map((it) => posix.join(posix.dirname(file), it));
}

/** Breaks of the import table, in words. */
function breaksOf(source: Source): readonly string[] {
  const place = placeOf(source.file);
  const allowed = mayImport[place];
  if (!allowed) return [`${source.file} stands in ${place}, which the table does not have`];
  const folders = targetsOf(source)
    .filter((target) => placeOf(target) !== place && !allowed.includes(placeOf(target)))
    .map((target) => `${source.file} imports ${target}`);
  return [...folders, ...adapterBreaksOf(source), ...packageBreaksOf(source)];
}

function adapterBreaksOf(source: Source): readonly string[] {
  const [place, adapter = ''] = source.file.split('/');
  if (place !== 'adapters') return [];
  const allowed = [adapter, ...(adapterMayUse[adapter] ?? [])];
  return targetsOf(source)
    .filter((target) => placeOf(target) === 'adapters' && !allowed.includes(target.split('/')[1] ?? ''))
    .map((target) => `${source.file} imports ${target} of another adapter`);
}

function packageBreaksOf({ file, imports }: Source): readonly string[] {
  const folder = file.split('/').slice(0, 2).join('/');
  const allowed = mayUse[folder] ?? mayUse[placeOf(file)];
  if (!allowed) return [];
  const packages = imports.filter((it) => !it.startsWith('.'));
  return packages
    .filter((name) => ![...allowed, ...(exceptions[file] ?? [])].some((it) => name === it || name.startsWith(`${it}/`)))
    .map((name) => `${file} uses ${name}`);
}

/** @returns One cycle as a chain of files, or `undefined`. */
function findCycle(all: readonly Source[]): string | undefined {
  const targets = new Map(all.map((source) => [source.file, targetsOf(source)]));
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): string | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file].join(' -> ');
    if (done.has(file)) return undefined;
    for (const target of targets.get(file) ?? []) {
      const cycle = visit(target, [...trail, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const { file } of all) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}

test('the source files are found', () => {
  expect(sources.length).toBeGreaterThan(40);
  expect(sources.filter(({ imports }) => imports.length > 0).length).toBeGreaterThan(30);
});

test.each(sources)('$file keeps to the import table', (source) => {
  expect(breaksOf(source)).toEqual([]);
});

test('every relative import leads to a source file', () => {
  const files = new Set(sources.map(({ file }) => file));
  const lost = sources.flatMap((source) =>
    targetsOf(source)
      .filter((it) => !files.has(it))
      .map((it) => `${source.file} -> ${it}`),
  );
  expect(lost).toEqual([]);
});

test('there is no cycle, type imports included', () => {
  expect(findCycle(sources)).toBeUndefined();
});

test('nobody imports main.ts, and only main.ts imports wire.ts', () => {
  const importers = (of: string) => sources.filter((source) => targetsOf(source).includes(of)).map(({ file }) => file);
  expect(importers('main.ts')).toEqual([]);
  expect(importers('wire.ts')).toEqual(['main.ts']);
});

test.each([
  ['a port in core', { file: 'core/a.ts', imports: ['../ports/clock.ts'] }],
  ['file access in core', { file: 'core/a.ts', imports: ['node:fs'] }],
  ['an adapter in a workflow', { file: 'workflows/a.ts', imports: ['../adapters/git/git-process.ts'] }],
  ['an adapter in another', { file: 'adapters/ctf/a.ts', imports: ['../git/git-process.ts'] }],
  ['configuration in a workflow', { file: 'workflows/a.ts', imports: ['../config/env.ts'] }],
  ['a folder that the table does not have', { file: 'utils/a.ts', imports: [] }],
])('the table refuses %s', (_, source) => {
  expect(breaksOf(source)).not.toEqual([]);
});

test('a planted cycle is found', () => {
  const planted = [
    { file: 'core/a.ts', imports: ['./b.ts'] },
    { file: 'core/b.ts', imports: ['./a.ts'] },
  ];
  expect(findCycle(planted)).toBe('core/a.ts -> core/b.ts -> core/a.ts');
});

test('imports are found in every form, over several lines too', () => {
  const text =
    "import type { A } from './a.ts';\nimport {\n  b,\n  c,\n} from './b.ts';\nconst d = await import('./d.ts');\nexport { e } from './e.ts';";
  expect(findImports(text)).toEqual(['./a.ts', './b.ts', './d.ts', './e.ts']);
});

test('built-in modules are named with their prefix, so that the table can tell them from packages', () => {
  const bare = sources.flatMap(({ file, imports }) =>
    imports.filter((it) => !it.startsWith('node:') && builtinModules.includes(it)).map((it) => `${file} uses ${it}`),
  );
  expect(bare).toEqual([]);
});
