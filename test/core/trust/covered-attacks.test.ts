import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/**
 * The catalogue of attacks on signatures, S-01 to S-70: each is in the name of a test, or a case of the shared table covers it. These
 * are not, each for its reason.
 */
const elsewhere: Readonly<Record<string, string>> = {
  'S-05': 'a pinned key verifies a PEM signature, whose chain is ignored: certificates/leaf-key-pinned',
  'S-37': 'a moving tag is a matter of reading, not of judging: the tests of workflows and adapters have it',
};

const root = join(import.meta.dirname, '../..');
const named = globSync('**/*.test.ts', { cwd: root })
  .filter((file) => !file.endsWith('covered-attacks.test.ts'))
  .map((file) => readFileSync(join(root, file), 'utf8'))
  .flatMap((text) => text.match(/\bS-\d\d\b/g) ?? []);
const cases: readonly { readonly covers?: readonly string[] }[] = JSON.parse(
  readFileSync(join(root, 'fixtures/ocm/cases.json'), 'utf8'),
);
const covered = new Set([...named, ...cases.flatMap(({ covers = [] }) => covers)]);

const ids = Array.from({ length: 70 }, (_, index) => `S-${String(index + 1).padStart(2, '0')}`);

test.each(ids.filter((id) => !(id in elsewhere)))('%s is tested', (id) => {
  expect(covered).toContain(id);
});
