import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { generatedFiles } from '../../src/config/json-schema.ts';
import { settingNames } from '../../src/config/settings.ts';
import { parseStrictYaml } from '../../src/core/document/strict-yaml.ts';
import { casesIn, readRepository } from './fixtures.ts';

const root = join(import.meta.dirname, '../..');
const files = [...generatedFiles()].map(([path, text]) => ({ path, text }));

test.each(files)('$path is what the schemas say (npm run schema)', ({ path, text }) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text);
});

function readYaml(text: string): unknown {
  const result = parseStrictYaml(text);
  return result.kind === 'parsed' ? result.value : undefined;
}

describe('the JSON schemas', () => {
  const compile = (path: string) =>
    new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false }).compile(
      JSON.parse(generatedFiles().get(path) ?? ''),
    );
  const repository = compile('config/repository.schema.json');

  test.each([
    ['config/repository.example.yaml', 'config/repository.schema.json'],
    ['config/consignee.example.yaml', 'config/server.schema.json'],
  ])('%s is valid', (example, schema) => {
    const validate = compile(schema);
    expect(validate(readYaml(readFileSync(join(root, example), 'utf8'))), JSON.stringify(validate.errors)).toBe(true);
  });

  test.each(casesIn('valid'))('the case $name is valid', ({ folder }) => {
    expect(
      repository(readYaml(readRepository(folder).get('.consignee/config.yaml') ?? '')),
      JSON.stringify(repository.errors),
    ).toBe(true);
  });

  test.each([
    'unknown-key-at-top',
    'unknown-key-in-every-block',
    'wrong-types',
    'values-missing',
    'bad-names',
    'bad-paths',
    'bad-registries',
    'bad-durations',
    'bad-templates',
    'verify-without-key',
    'verify-without-any-key',
    'approvals-of-nobody',
  ])('the case %s is invalid', (name) => {
    const text = casesIn('invalid').find((it) => it.name === name);
    expect(repository(readYaml(readRepository(text?.folder ?? '').get('.consignee/config.yaml') ?? ''))).toBe(false);
  });

  test('an application in a file of its own is valid by its schema', () => {
    const application = compile('config/application.schema.json');
    expect(application({ component: 'acme.example/web', in: { dev: null, prod: { skip: ['1.0.0'] } } })).toBe(true);
    expect(application({ versions: '*' })).toBe(false);
  });
});

describe('the reference page', () => {
  const page = generatedFiles().get('docs/configuration.md') ?? '';

  test.each(settingNames)('explains %s once', (setting) => {
    const settings = page.slice(page.indexOf('### Settings'), page.indexOf('### `registry`'));
    expect(settings.match(new RegExp(`^\\| \`${setting}\` \\| .+ \\| .* \\| .+ \\|$`, 'gm'))).toHaveLength(1);
  });

  test('has a meaning for every key', () => {
    expect(page.match(/^\|.*\| *\|$/gm)).toBeNull();
  });
});
