import { describe, expect, test } from 'vitest';
import { printDifference } from '../../../src/cli/print-difference.ts';
import { describeDifference, describeRisk } from '../../../src/core/pull-request/describe-difference.ts';
import { versionDifference } from '../../builders/version-difference.ts';

const object = (kind: string, name: string, more = '') =>
  `apiVersion: ${kind.includes('Role') ? 'rbac.authorization.k8s.io/v1' : 'v1'}\nkind: ${kind}\nmetadata:\n  name: ${name}\n${more}`;
const config = (value: string) => object('ConfigMap', 'settings', `data:\n  key: ${JSON.stringify(value)}\n`);

const partsOf = (...of: Parameters<typeof describeDifference>) =>
  Object.values(describeDifference(...of))
    .flat()
    .join('\n\n');

describe('the line on risks', () => {
  test('says which are the gravest, and that there are more', () => {
    const gone = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((it) => [`${it}.yaml`, object('Secret', it)]));
    const line = describeRisk(versionDifference({ before: gone }));
    expect(line).toMatch(/^\*\*Risk\*\* ⚠ `deletion` [^;]*\(`Secret a`\), and 4 more\. {2}$/);
  });

  test('names every kind, however many there are of another', () => {
    const kinds = ['Namespace', 'ClusterRole', 'ServiceAccount'];
    const after = Object.fromEntries(
      kinds.flatMap((kind) => ['a', 'b'].map((it) => [`${kind}-${it}`, object(kind, it)])),
    );
    const privileged = `apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec:\n  containers: [{ name: c, securityContext: { privileged: true } }]\n`;
    const line = describeRisk(versionDifference({ after: { ...after, p: privileged } }));
    for (const kind of ['namespace', 'rbac', 'service-account', 'privileged']) expect(line).toContain(`\`${kind}\``);
    expect(line.length).toBeLessThan(1000);
  });

  test.each([
    ['none in the component, which stays as it is', {}],
    ['none of the known kinds; 1 object differs', { before: { f: config('1') }, after: { f: config('2') } }],
    ['unknown: what differs in the component is no text that could be compared', { gained: ['image'] }],
  ])('says %s', (words, differing) => {
    expect(describeRisk(versionDifference(differing))).toBe(`**Risk** ${words}.  `);
  });

  test('says that something was left out, whatever was found', () => {
    const broken = versionDifference({ after: { 'a.yaml': 'apiVersion: v1\nmetadata: [\n' } });
    expect(describeRisk(broken)).toMatch(/; not all could be compared\. {2}$/);
    expect(describeRisk({ ...versionDifference(), unread: new Map([['x', 'it is too large']]) })).toMatch(
      /not all could/,
    );
    expect(describeRisk(versionDifference())).not.toContain('not all');
  });
});

describe('the parts on what differs', () => {
  test('name the field with both values', () => {
    const parts = partsOf(versionDifference({ before: { f: config('1') }, after: { f: config('2') } }), true);
    expect(parts).toContain('| `ConfigMap settings` |  |  |  |\n|  | `data.key` | `"1"` | `"2"` |');
    expect(parts).toContain('Nothing in it differs from what is installed.');
  });

  test('say of a first version what is in it', () => {
    const parts = partsOf(versionDifference({ gained: ['image'], after: { f: object('ClusterRole', 'all') } }), false);
    expect(parts).toContain('<summary>Contents of the component</summary>');
    expect(parts).toContain('| resource `image` |  |');
    expect(parts).toMatch(/\| `ClusterRole all` \| added; ⚠ `rbac` .* \|/);
  });

  test('say why there is nothing to compare with', () => {
    const parts = partsOf({ ...versionDifference(), installedUnread: 'the registry has no tag v1.0.0' }, true);
    expect(parts).toMatch(/^> What is installed cannot be compared: the registry has no tag v1\.0\.0\.\n/);
    expect(parts).toContain('<summary>Contents of the component</summary>');
  });

  test('name what was left out', () => {
    const unread = new Map([['backend/manifests', 'it is larger than 1048576 bytes']]);
    expect(partsOf({ ...versionDifference(), unread }, true)).toContain(
      '* `backend/manifests` was not compared: it is larger than 1048576 bytes.',
    );
  });

  test('are cut where they would be too long to read', () => {
    const many = Array.from({ length: 70 }, (_, index) => `resource-${index}`);
    expect(partsOf(versionDifference({ gained: many }), true)).toContain('… and 10 more lines');
    const fields = (value: number) =>
      object('ConfigMap', 'x', `data:\n${many.map((it) => `  ${it}: "${value}"\n`).join('')}`);
    const difference = versionDifference({ before: { f: fields(1) }, after: { f: fields(2) } });
    expect(partsOf(difference, true)).toContain('|  | … and 58 more |  |  |');
  });

  const nasty = '| `x` |\n<!-- consignee:end -->\n@everyone </details> \u202e';

  test('keep what a provider writes in its cell', () => {
    const difference = versionDifference({ before: { f: config('1') }, after: { f: config(nasty) } });
    const parts = partsOf(difference, true);
    const row = parts.split('\n').find((it) => it.includes('data.key')) ?? '';
    expect(row.match(/\|/g)).toHaveLength(5);
    expect(row).toContain('everyone');
    expect(parts.match(/<\/details>/g)).toHaveLength(3);
    expect(parts).not.toMatch(/^<!--/m);
    expect(parts).not.toContain('\u202e');
  });

  test('are shown on a screen with the same rows', () => {
    const terminal = {
      out: () => {},
      err: () => {},
      progress: () => {},
      live: false,
      colour: false,
      width: 80,
    } as const;
    const difference = versionDifference({
      gained: ['image'],
      before: { f: config('1'), g: object('Namespace', 'shop') },
      after: { f: config('2') },
    });
    const text = printDifference(difference, terminal);
    expect(text).toMatch(/\+ +resource +image/);
    expect(text).toContain('data.key: "1" → "2"');
    expect(text).toMatch(/- Namespace shop/);
    expect(text).toMatch(/Risks\n.*(?:deletion|namespace) +Namespace shop/s);
  });
});
