import type { Tree, TreeEntry, TreeSha } from '../../core/repository/commit.ts';
import { blobIdFrom, folderMode, parseTreeObject, treeShaOf } from './git-objects.ts';
import type { LocalCopy } from './local-copy.ts';

/** Reads all files of a commit or tree, folder by folder, all folders of one level at once. */
export async function readTree(
  copy: Pick<LocalCopy, 'read'>,
  of: string,
): Promise<{ readonly id: TreeSha; readonly files: Tree }> {
  const walk = async (name: string, prefix: string) => {
    const { id, bytes } = await copy.read(name, 'tree');
    const items = await Promise.all(
      parseTreeObject(bytes, id.length / 2).map(async (item): Promise<readonly (readonly [string, TreeEntry])[]> => {
        const path = `${prefix}${item.name}`;
        if (item.mode === folderMode) return (await walk(item.id, `${path}/`)).files;
        return [[path, { mode: item.mode, blob: blobIdFrom(item.id) }]];
      }),
    );
    return { id: treeShaOf(id), files: items.flat() };
  };
  const { id, files } = await walk(`${of}^{tree}`, '');
  return { id, files: new Map(files) };
}
