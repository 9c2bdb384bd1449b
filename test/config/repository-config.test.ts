import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseRepositoryConfig } from '../../src/config/repository-config.ts';
import { resolveInstallations } from '../../src/config/resolve-installations.ts';
import { defaultTrustFloor } from '../../src/config/trust-floor.ts';
import { casesIn, readRepository, report } from './fixtures.ts';

const fromText = (text: string) => parseRepositoryConfig(new Map([['.consignee/config.yaml', text]]));
const smallest = 'registry: registry.example.org\n';
const verify = 'verify: [{ signature: release, publicKey: keys/release.pub }]\n';
const shop = 'applications: { shop: { component: acme.example/shop } }\n';

describe('the repository configuration', () => {
  test.each(casesIn('invalid'))('$name is reported with place and remedy', ({ folder }) => {
    const files = readRepository(folder);
    const expected = files.get('.consignee/expected.txt');
    expect(report(() => resolveInstallations(parseRepositoryConfig(files)))).toBe(expected);
  });

  test.each(casesIn('valid'))('$name gives its installations', ({ folder }) => {
    const files = readRepository(folder);
    const { installations } = resolveInstallations(parseRepositoryConfig(files));
    expect(JSON.parse(JSON.stringify(installations))).toEqual(JSON.parse(files.get('.consignee/expected.json') ?? ''));
  });

  test('the example is valid and has an installation for every application in every environment', () => {
    const text = readFileSync(join(import.meta.dirname, '../../config/repository.example.yaml'), 'utf8');
    const names = resolveInstallations(fromText(text)).installations.map((it) => it.name);
    expect(names).toEqual(['dev/billing', 'dev/shop', 'prod/billing', 'prod/shop']);
  });

  test('without environments there is one, named default, for the whole repository', () => {
    const { installations } = resolveInstallations(fromText(smallest + verify + shop));
    expect(installations).toMatchObject([{ name: 'default/shop', path: '', valuesPath: 'values.yaml' }]);
  });

  test('names that JavaScript objects have by themselves are names like others', () => {
    const text = `${smallest}${verify}environments: { constructor: { path: a } }\napplications: { constructor: { component: acme.example/a, in: { constructor: { skip: [1.0.0] } } } }`;
    const [installation] = resolveInstallations(fromText(text)).installations;
    expect(installation).toMatchObject({ name: 'constructor/constructor', skip: ['1.0.0'] });
    expect(
      report(() => fromText(`${smallest}applications: { a: { component: acme.example/a, in: { constructor: {} } } }`)),
    ).toContain('there is no environment "constructor"');
  });
});

describe('the trust floor', () => {
  const allowing = (...allowUnsigned: readonly string[]) => ({ floor: { ...defaultTrustFloor, allowUnsigned } });

  test.each([
    ['*', true],
    ['acme.example/*', true],
    ['acme.example/shop', true],
    ['acme.example/sho', false],
    ['acme.example/shop/*', false],
    ['other.example/*', false],
  ])('%s allows acme.example/shop unsigned: %s', (glob, allowed) => {
    const text = report(() => resolveInstallations(fromText(smallest + shop), allowing(glob)));
    expect(text.includes('no signature is required')).toBe(!allowed);
  });

  test('an unsigned component is not merged without a person', () => {
    const text = `${smallest}merge: automatic\n${shop}`;
    expect(report(() => resolveInstallations(fromText(text), allowing('*')))).toContain(
      'config.yaml:2:1: merge is automatic, but no signature is required for default/shop',
    );
  });

  test('a repository cannot require fewer signatures than the operator', () => {
    const floor = { ...defaultTrustFloor, minimumSignatures: 2 };
    expect(report(() => resolveInstallations(fromText(smallest + verify + shop), { floor }))).toContain(
      "config.yaml:2:1: fewer signatures than the operator's 2 are required for default/shop",
    );
  });
});

test('the same fault in many installations is one finding', () => {
  const applications = Array.from(
    { length: 50 },
    (_, index) => `  app-${index}: { component: acme.example/app-${index} }\n`,
  );
  const text = report(() =>
    resolveInstallations(fromText(`${smallest}verify: []\napplications:\n${applications.join('')}`)),
  );
  expect(text).toContain(
    'config.yaml:2:1: no signature is required for default/app-0, default/app-1, default/app-2 and 47 more',
  );
  expect(text.split('\n')).toHaveLength(4);
});

test('a thousand applications in two environments are two thousand installations', () => {
  const entry = (index: number) =>
    `  app-${index}: { component: acme.example/app-${index}, versions: ">=2.0.0, <3.0.0", in: { dev: {}, prod: { versions: "<2.9" } } }\n`;
  const text = `${smallest}${verify}environments: { dev: { path: dev }, prod: { path: prod } }\napplications:\n${Array.from({ length: 1000 }, (_, index) => entry(index)).join('')}`;
  const { installations } = resolveInstallations(fromText(text));
  expect(installations).toHaveLength(2000);
  expect(new Set(installations.map(({ name }) => name)).size).toBe(2000);
});
