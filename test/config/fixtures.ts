import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, type Finding, printPlace } from '../../src/core/failure.ts';

const root = join(import.meta.dirname, '../fixtures/config');

/** @returns The cases of a folder, by name. */
export function casesIn(kind: string): readonly { readonly name: string; readonly folder: string }[] {
  return readdirSync(join(root, kind)).map((name) => ({ name, folder: join(root, kind, name) }));
}

/** Reads a case as the folder `.consignee` of a repository. */
export function readRepository(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((it) => it.isFile());
  return new Map(
    files.map((it) => {
      const path = join(it.parentPath, it.name);
      return [`.consignee${path.slice(folder.length)}`, readFileSync(path, 'utf8')];
    }),
  );
}

/** @returns What the failure tells people, one finding a line, as `expected.txt` has it. */
export function report(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const findings = error.findings.length > 0 ? error.findings : [error];
    return `${error.code}\n${findings.map(printFinding).join('')}`;
  }
  return 'nothing is wrong\n';
}

/** Why a constraint is none is for its own tests to say. */
const withoutDetail = (message: string) => message.replace(/(is no constraint): .*/, '$1');

function printFinding({ place, message, remedy }: Finding): string {
  return `${place ? printPlace(place) : '-'}: ${withoutDetail(message)}\n    ${(remedy ?? '-').replaceAll('\n', '\n    ')}\n`;
}
