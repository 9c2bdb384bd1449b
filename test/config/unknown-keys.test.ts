import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseRepositoryConfig } from '../../src/config/repository-config.ts';
import { parseServerConfig } from '../../src/config/server-config.ts';
import { parseStrictYaml } from '../../src/core/document/strict-yaml.ts';
import { report } from './fixtures.ts';

type Path = readonly (string | number)[];

function readExample(name: string): unknown {
  const result = parseStrictYaml(readFileSync(join(import.meta.dirname, '../../config', name), 'utf8'));
  return result.kind === 'parsed' ? result.value : undefined;
}

/** @returns The paths of all mappings. */
function mappingsIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, item]) =>
    mappingsIn(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return Array.isArray(value) ? inner : [path, ...inner];
}

const unknown = 'Zz_unknown';

/** @returns The document as text, one key a line, with one more key in the mapping at `path`. */
function withKey(value: unknown, path: Path): string {
  const copy: unknown = structuredClone(value);
  const target = path.reduce<unknown>((parent, step) => Reflect.get(Object(parent), step), copy);
  Reflect.set(Object(target), unknown, 1);
  return JSON.stringify(copy, undefined, 1);
}

const repository = readExample('repository.example.yaml');
const server = readExample('consignee.example.yaml');

test.each([
  ...mappingsIn(repository).map((path) => ({ file: '.consignee/config.yaml', path, text: withKey(repository, path) })),
  ...mappingsIn(server).map((path) => ({ file: 'consignee.yaml', path, text: withKey(server, path) })),
])('an unknown key in $file at $path is an error with its place', ({ file, text }) => {
  const parse = () =>
    file === 'consignee.yaml' ? parseServerConfig(text, file) : parseRepositoryConfig(new Map([[file, text]]));
  const line = text.split('\n').findIndex((it) => it.includes(unknown)) + 1;
  expect(report(parse)).toContain(`${file}:${line}:`);
});

test('the examples have mappings at every level', () => {
  expect(mappingsIn(repository).length).toBeGreaterThan(15);
  expect(mappingsIn(server).length).toBeGreaterThan(15);
});
