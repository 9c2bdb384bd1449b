import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';

const compress = promisify(deflate);

/**
 * Writes a blob, tree or commit as a loose object, without a process for each: starting one costs more the more memory this process
 * has. Safe when several write the same.
 *
 * @param like Any id of the repository; tells its hash.
 * @returns The object's id.
 * @see gitformat-loose(5), gitrepository-layout(5).
 */
export async function writeObject(
  gitFolder: string,
  {
    type,
    bytes,
    like,
  }: { readonly type: 'blob' | 'tree' | 'commit'; readonly bytes: Uint8Array; readonly like: string },
): Promise<string> {
  const object = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
  const id = createHash(like.length === 64 ? 'sha256' : 'sha1')
    .update(object)
    .digest('hex');
  const folder = join(gitFolder, 'objects', id.slice(0, 2));
  // git takes files of this name, when they are left over, for its own and removes them in time.
  const draft = join(folder, `tmp_obj_${randomUUID()}`);
  // Not with its parents: where the repository is gone, half of one must not come into being.
  await mkdir(folder).catch(ignoreExisting);
  try {
    await writeFile(draft, await compress(object), { mode: 0o444 });
    await rename(draft, join(folder, id.slice(2)));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  return id;
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
