import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../core/failure.ts';
import type { DefinitionFile } from '../../core/schema/object-check.ts';
import { parseSetFile, setFileName } from '../../core/template/set-file.ts';
import type { TemplateFile, TemplateSet } from '../../core/template/template-set.ts';
import type { TemplateSets } from '../../ports/template-sets.ts';

/**
 * Reads the template sets in `folder`: one folder each, named after the set for its newest version, and `<name>@<version>` for
 * an older one that is still rendered. Beside it lies `pull-request`, with how their text is arranged.
 *
 * @param definitions Folder of the operator's CustomResourceDefinitions.
 */
export function createBuiltInSets(folder: URL | string, definitions?: string): TemplateSets {
  const root = typeof folder === 'string' ? folder : fileURLToPath(folder);

  async function readSets(): Promise<readonly BuiltInSet[]> {
    const entries = await readdir(root, { withFileTypes: true });
    const folders = entries.filter((it) => it.isDirectory()).map((it) => it.name);
    return Promise.all(folders.map((it) => readSet(join(root, it), it)));
  }

  // They change only with the program. One that could not be read is read again.
  let reading: Promise<readonly BuiltInSet[]> | undefined;
  const readOnce = () => {
    reading ??= readSets().catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  };

  return {
    async readBodyTemplate() {
      const text = await readFile(join(root, '..', 'pull-request', 'body.md'), 'utf8');
      return { text, source: 'built-in pull-request/body.md' };
    },
    readDefinitions: async () => (definitions === undefined ? [] : readDefinitions(definitions)),
    async readBuiltIn(name, version) {
      const sets = await readOnce();
      const found = sets.find((it) => it.name === name && it.version === version);
      if (found) return { name: found.name, files: found.files };
      const there = sets.map((it) => `${it.name}@${it.version}`).toSorted();
      throw new Failure('configuration', `There is no built-in template set ${name}@${version}.`, {
        remedy: `Use one of ${there.join(', ')}, or the name of a folder under .consignee/templates.`,
      });
    },
  };
}

interface BuiltInSet extends TemplateSet {
  readonly version: number;
}

async function readSet(path: string, folder: string): Promise<BuiltInSet> {
  const names = (await readdir(path)).filter((it) => it.endsWith('.yaml')).toSorted();
  const [name = folder] = folder.split('@');
  const files = new Map<string, TemplateFile>();
  for (const file of names) {
    files.set(file, { text: await readFile(join(path, file), 'utf8'), source: `built-in ${folder}/${file}` });
  }
  const set = files.get(setFileName);
  return { name, files, version: set ? parseSetFile(set).version : 0 };
}

/** Each time anew: definitions come with new controllers, while the bot runs. */
async function readDefinitions(folder: string): Promise<readonly DefinitionFile[]> {
  try {
    const names = (await readdir(folder)).filter((it) => /\.ya?ml$/.test(it)).toSorted();
    return await Promise.all(
      names.map(async (name) => ({ source: join(folder, name), text: await readFile(join(folder, name), 'utf8') })),
    );
  } catch (cause) {
    throw new Failure('configuration', `The folder ${folder} of CustomResourceDefinitions cannot be read.`, {
      remedy: 'Check "crds" in the server configuration.',
      cause,
    });
  }
}
