import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { Git } from './git-process.ts';

export type ObjectFormat = 'sha1' | 'sha256';

/** The bare repository in which a remote one is kept. It may be deleted at any moment, and by anybody. */
export interface GitCache {
  readonly folder: string;
  /** Makes the repository when it is not there. */
  ensure(): Promise<void>;
  /**
   * Makes the repository when it is not there, or has another object format than the remote one.
   *
   * @returns Whether it was made: processes that read the former one must be ended.
   */
  ensureFormat(format: ObjectFormat): Promise<boolean>;
  /** Sets a broken repository aside and makes an empty one. @returns `false` when it is not broken. */
  mend(): Promise<boolean>;
}

/** Above so many packs git becomes slow. A fetch makes one. */
const manyPacks = 50;

/** @param parent Folder of the caches. */
export function createGitCache(git: Git, parent: string, folderName: string): GitCache {
  const folder = join(parent, folderName);

  async function findFormat(): Promise<ObjectFormat | undefined> {
    try {
      const config = await readFile(join(folder, 'config'), 'utf8');
      return /^\s*objectformat\s*=\s*sha256\s*$/im.test(config) ? 'sha256' : 'sha1';
    } catch {
      return undefined;
    }
  }

  /** Made beside and moved into place: another process sees all of it or nothing. */
  async function create(format: ObjectFormat): Promise<void> {
    const draft = join(parent, `${folderName}.${randomUUID()}`);
    try {
      await writeEmptyRepository(draft, format);
      await rename(draft, folder);
    } catch (cause) {
      await rm(draft, { recursive: true, force: true }).catch(() => undefined);
      if ((await findFormat()) === format) return; // Another process was faster.
      throw new Failure('local', `The folder ${parent} cannot be used for a copy of the repository: ${textOf(cause)}`, {
        remedy: 'Give Consignee a cache folder that it may write.',
        cause,
      });
    }
  }

  /** What is there, if only in part, makes room. */
  async function recreate(format: ObjectFormat): Promise<void> {
    const aside = join(parent, `${folderName}.${randomUUID()}`);
    await rename(folder, aside).catch(() => undefined); // Nothing there.
    await create(format);
    await rm(aside, { recursive: true, force: true });
  }

  return {
    folder,
    async ensure() {
      if ((await findFormat()) === undefined) await recreate('sha1');
      else await tidy(git, folder);
    },
    async ensureFormat(format) {
      if ((await findFormat()) === format) return false;
      await recreate(format);
      return true;
    },
    async mend() {
      const format = await findFormat();
      const words = ['fsck', '--full', '--no-dangling', '--no-reflogs', '--no-progress'];
      if (format !== undefined && (await git.run(words, { folder, seconds: 600 })).code === 0) return false;
      await recreate(format ?? 'sha1');
      return true;
    },
  };
}

/**
 * An empty bare repository is so little that it needs no process to make it.
 *
 * @see gitrepository-layout(5).
 */
async function writeEmptyRepository(folder: string, format: ObjectFormat): Promise<void> {
  await mkdir(join(folder, 'objects'), { recursive: true });
  await mkdir(join(folder, 'refs'));
  const extension = format === 'sha256' ? '[extensions]\n\tobjectFormat = sha256\n' : '';
  const version = format === 'sha256' ? 1 : 0;
  await writeFile(
    join(folder, 'config'),
    `[core]\n\trepositoryFormatVersion = ${version}\n\tbare = true\n${extension}`,
  );
  await writeFile(join(folder, 'HEAD'), 'ref: refs/heads/none\n');
}

/** Joins the packs when there are many. Done when a repository is opened, never while it works. */
async function tidy(git: Git, folder: string): Promise<void> {
  const files = await readdir(join(folder, 'objects', 'pack')).catch(() => []);
  const packs = files.filter((it) => it.endsWith('.pack')).length;
  // What is young stays, for another process may have just written it. Not being tidy is no reason to stop.
  if (packs > manyPacks) await git.run(['gc', '--quiet', '--prune=1.day.ago'], { folder, seconds: 600 });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
