import { expect, test } from 'vitest';
import { createArchiveWriter } from '../../src/adapters/ctf/write-archive.ts';
import { runPass } from '../../src/workflows/run-pass.ts';
import { podinfoVersion } from '../builders/podinfo-version.ts';
import { createInstalled } from '../support/people-world.ts';
import { keys } from '../support/world.ts';
import { archiveIn } from '../support/world-ports.ts';

const good = 'podinfo:\n  replicas: 3\n';

test('values that can be used: the status says so, without a comment', async () => {
  await using world = await createInstalled();
  const { number, head } = await world.propose('mine', { 'values.yaml': good });
  await world.steps();
  expect(await world.statuses(head)).toEqual(['values success The values can be used']);
  expect(await world.remarks(number)).toEqual([]);
});

const broken = [
  ['a tab', 'podinfo:\n\treplicas: 3\n', 'values.yaml:2: line 2 begins with a tab'],
  ['a key twice', 'podinfo:\n  replicas: 3\n  replicas: 4\n', 'values.yaml:3: a key stands twice (line 3)'],
  ['several documents', `${good}---\n${good}`, 'values.yaml: it has several documents'],
  ['no YAML', 'podinfo: [\n', 'values.yaml:2: line 2 is not YAML'],
  ['a block that is text', 'podinfo: text\n', 'values.yaml:1: podinfo is not a mapping'],
  ['a block that is gone', 'other:\n  a: 1\n', 'values.yaml: the block podinfo is gone, which the controller reads'],
  ['a file that is gone', undefined, 'values.yaml: it is gone, and podinfo reads it'],
  ['much text', `${good}${'# more\n'.repeat(50_000)}`, 'values.yaml: it is longer than 131072 characters'],
] as const;

test('what the controller could not use fails, with the place', async () => {
  await using world = await createInstalled();
  const proposed = [];
  for (const [name, text, words] of broken) {
    const branch = name.replaceAll(' ', '-');
    proposed.push({ ...(await world.propose(branch, { 'values.yaml': text })), name, words });
  }
  await world.steps();
  for (const { number, head, name, words } of proposed) {
    expect(await world.statuses(head), name).toEqual([`values failure ${words}`]);
    expect(await world.remarks(number), name).toEqual([expect.stringContaining('❌ `consignee/values`')]);
  }
});

test('a value that no parameter knows is advice; what no line can be added to is none of it', async () => {
  await using world = await createInstalled();
  const text = 'podinfo:\n  replicas: 3\n  replcas: 4\n  <b>@mira</b>: 1\n';
  const { number, head } = await world.propose('mine', { 'values.yaml': text });
  const braces = await world.propose('braces', { 'values.yaml': 'podinfo: { replicas: 3 }\n' });
  await world.steps();
  expect(await world.statuses(head)).toEqual(['values success The values can be used; 2 remarks in the comment']);
  const [remark = ''] = await world.remarks(number);
  expect(remark).toContain('* ⚠ `values.yaml:3`: podinfo.replcas is no parameter, and does nothing.');
  expect(remark).toContain('* ⚠ `values.yaml:4`: ');
  expect(remark).not.toMatch(/<b>|@mira/);
  expect(await world.statuses(braces.head)).toEqual(['values success The values can be used; 1 remark in the comment']);
});

test('a parameter that only the proposed version has is known', async () => {
  await using world = await createInstalled();
  const parameters = { replicas: 1, extra: 1 };
  const { folder } = world.site.git;
  await createArchiveWriter().add(archiveIn(folder), podinfoVersion('v1.1.0', { parameters }, keys()));
  await world.steps();
  const { head } = await world.propose('mine', { 'values.yaml': `${good}  extra: 1\n` });
  await world.steps();
  expect(await world.statuses(head)).toEqual(['values success The values can be used']);
});

test('what stands there already is not advised on again', async () => {
  await using world = await createInstalled();
  await world.site.person.commit('main', { 'values.yaml': 'podinfo:\n  replcas: 4\n' });
  const { head } = await world.propose('mine', { 'values.yaml': 'podinfo:\n  replcas: 4 # more\nother: 1\n' });
  await world.steps();
  expect(await world.statuses(head)).toEqual(['values success The values can be used']);
});

test('one comment follows the head, and is right again once the values are', async () => {
  await using world = await createInstalled();
  const { number, head } = await world.propose('mine', { 'values.yaml': 'podinfo: text\n' });
  await world.steps();
  const next = await world.push('mine', { 'values.yaml': good });
  await world.steps();
  expect(await world.statuses(next)).toEqual(['values success The values can be used']);
  expect(await world.statuses(head)).toEqual(['values failure values.yaml:1: podinfo is not a mapping']);
  const remarks = await world.remarks(number);
  expect(remarks).toHaveLength(1);
  expect(remarks[0]).toContain(next.slice(0, 12));
  await world.push('mine', { 'values.yaml': await world.site.git.git('cat-file', 'blob', 'main:values.yaml') });
  await world.steps();
  expect((await world.remarks(number))[0]).toContain('neither values nor configuration');
});

test('what is none of the bot is left alone, and a pass without news asks for nothing more', async () => {
  await using world = await createInstalled();
  const other = await world.propose('other', { 'notes.txt': 'mine\n' });
  const mine = await world.propose('mine', { 'values.yaml': good });
  await world.steps();
  const { requests } = world.site.standIn;
  const before = requests.length;
  await world.steps();
  expect(requests.slice(before).filter((it) => /pull|status|comments/.test(it) && !/git-upload-pack/.test(it))).toEqual(
    [expect.stringMatching(/^GET .*\/pulls\?/)],
  );
  expect(await world.statuses(other.head)).toEqual([]);
  expect(await world.remarks(other.number)).toEqual([]);
  expect(await world.statuses(mine.head)).toHaveLength(1);
});

test('where nothing is remembered nothing is said twice', async () => {
  await using world = await createInstalled();
  const { number, head } = await world.propose('mine', { 'values.yaml': 'podinfo: text\n' });
  await world.steps();
  const { statuses } = world.site.standIn.state;
  const said = statuses.filter(({ sha }) => sha === head).length;
  await runPass(await world.withStore('other'), world.options);
  expect(statuses.filter(({ sha }) => sha === head)).toHaveLength(said);
  expect(await world.remarks(number)).toHaveLength(1);
});
