import { expect, test } from 'vitest';
import { type Contract, tipOf } from './forge-context.ts';

export function testPaths({ context }: Contract) {
  test.each([
    '../outside',
    'apps/../../outside',
    '/etc/passwd',
    '.git/config',
    'apps/.GIT/hooks/pre-commit',
    '.git',
    '.g\u200cit/config',
    'git~1/config',
    '.git /config',
    '.git::$INDEX_ALLOCATION/config',
    'apps\\one.yaml',
    'C:/windows',
    'apps//one.yaml',
    'apps/./one.yaml',
    'apps/one.yaml/',
    'nul\0byte',
    'line\nend',
    '',
    'link',
    'link/below',
    'README.md/below',
    'apps',
  ])('the path %j is refused', async (path) => {
    const { forge } = context();
    const base = await tipOf(forge, 'main');
    const writing = forge.writer.writeTree(base, [{ path, content: 'x' }]);
    await expect(writing).rejects.toMatchObject({ name: 'Failure', code: 'forge-denied' });
  });

  test.each(['link', 'link/below', '../outside'])('removing %j is refused as well', async (path) => {
    const { forge } = context();
    const removing = forge.writer.writeTree(await tipOf(forge, 'main'), [{ path, content: undefined }]);
    await expect(removing).rejects.toMatchObject({ name: 'Failure', code: 'forge-denied' });
  });

  test('a file may make room for a folder of its name when it is removed with the same change', async () => {
    const { forge } = context();
    const changes = [
      { path: 'README.md', content: undefined },
      { path: 'README.md/part-1', content: '1' },
    ];
    const tree = await forge.writer.writeTree(await tipOf(forge, 'main'), changes);
    expect((await forge.content.readTree(tree)).has('README.md/part-1')).toBe(true);
  });

  test('a file and a folder of one name are refused in one change', async () => {
    const { forge } = context();
    const changes = [
      { path: 'new', content: '1' },
      { path: 'new/below', content: '2' },
    ];
    const writing = forge.writer.writeTree(await tipOf(forge, 'main'), changes);
    await expect(writing).rejects.toMatchObject({ code: 'forge-denied' });
  });
}
