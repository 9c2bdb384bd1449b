import { expect, test } from 'vitest';
import {
  describeConflict,
  describeConflicts,
  describeKept,
  digestOfConflicts,
} from '../../../src/core/pull-request/describe-edits.ts';

const conflict = {
  ...{ file: 'components/podinfo/deploy.yaml', path: 'spec.interval', because: 'both changed it' },
  ...{ was: '30s', rendered: '1m', edited: undefined },
};
const kept = { path: 'a.yaml', movedFrom: undefined, state: 'changed', applied: ['spec.path'] } as const;

test('nothing is said where people changed nothing', () => {
  expect(describeKept([])).toEqual([]);
});

test('each file that people changed is named with what is new in it', () => {
  const [text = ''] = describeKept([
    kept,
    { ...kept, path: 'b.yaml', movedFrom: 'c.yaml', applied: [] },
    { ...kept, path: 'd.yaml', state: 'removed', applied: [] },
  ]);
  expect(text).toContain('People changed 3 of the rendered files');
  expect(text).toContain('| `a.yaml` | changed by people | `spec.path` |');
  expect(text).toContain('| `b.yaml`, moved from `c.yaml` | changed by people | nothing |');
  expect(text).toContain('| `d.yaml` | removed by people, and stays removed | nothing |');
});

test('a conflict is a row with what each side has, and one of a whole file says why', () => {
  const whole = { ...conflict, path: '', because: 'the file is encrypted', was: undefined, rendered: undefined };
  const text = describeConflicts([conflict, whole]);
  expect(text).toContain('| `components/podinfo/deploy.yaml` | `spec.interval` | `30s` | `1m` | nothing |');
  expect(text).toContain('| `components/podinfo/deploy.yaml` | the file is encrypted |  |  |  |');
});

test('what people write cannot leave its cell, and very much of it is cut', () => {
  const nasty = { ...conflict, path: 'a`|\n# x', was: '@all | <!-- consignee:end -->', edited: 'x'.repeat(5000) };
  const lines = describeConflicts(Array.from({ length: 400 }, () => nasty)).split('\n');
  expect(lines[2]?.match(/ \| /g)).toHaveLength(4);
  expect(lines.length).toBeLessThan(60);
  expect(lines.join('').length).toBeLessThan(30_000);
  expect(lines.at(-1)).toBe('… and 350 more.');
});

test('the first line says not to merge', () => {
  expect(describeConflict('v1.1.0 changes it as well.', [conflict])[0]).toBe(
    '**Do not merge: conflict.** v1.1.0 changes it as well.',
  );
});

test('other conflicts have another digest, and the same ones the same', () => {
  expect(digestOfConflicts([conflict])).toBe(digestOfConflicts([{ ...conflict }]));
  for (const other of [{ edited: '5m' }, { path: 'spec.path' }, { file: 'b.yaml' }, { rendered: '2m' }])
    expect(digestOfConflicts([{ ...conflict, ...other }])).not.toBe(digestOfConflicts([conflict]));
});
