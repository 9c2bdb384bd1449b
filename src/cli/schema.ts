import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from '../config/json-schema.ts';
import { Failure } from '../core/failure.ts';
import type { CommandContext } from './services.ts';

/** Prints one JSON schema, or writes all generated files into the checkout that runs. @returns The exit code. */
export async function schema(
  name: string,
  options: { readonly write?: boolean },
  { terminal }: CommandContext,
): Promise<number> {
  const files = generatedFiles();
  if (options.write) {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    for (const [path, text] of files) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    terminal.out(`${[...files.keys()].join('\n')}\n`);
    return 0;
  }
  const text = files.get(`config/${name}.schema.json`);
  if (text === undefined) {
    const names = [...files.keys()].flatMap((path) => /^config\/(.+)\.schema\.json$/.exec(path)?.[1] ?? []);
    throw new Failure('usage', `There is no schema ${name}.`, { remedy: `Ask for one of ${names.join(', ')}.` });
  }
  terminal.out(text);
  return 0;
}
