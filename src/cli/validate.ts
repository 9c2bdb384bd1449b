import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { parseRepositoryConfig } from '../config/repository-config.ts';
import { resolveInstallations } from '../config/resolve-installations.ts';
import { defaultTrustFloor, operatorFloorOf } from '../config/trust-floor.ts';
import { printPlace } from '../core/failure.ts';
import type { ConfiguredInstallation } from '../core/installation/installation.ts';
import { configurationFolder } from '../core/installation/places.ts';
import { readTrustPolicy } from '../workflows/read-trust-policy.ts';
import { observe } from '../workflows/run-pass.ts';
import type { CommandContext, CommonOptions } from './services.ts';
import { withSessions } from './session.ts';
import { printJson, styler, type Terminal } from './terminal.ts';

interface Validated {
  /** What was checked: a repository's name, or a folder. */
  readonly name: string;
  readonly installations: readonly ConfiguredInstallation[];
}

/** Checks configuration without looking at any registry. @returns The exit code. */
export async function validate(
  options: CommonOptions & { readonly directory?: string },
  context: CommandContext,
): Promise<number> {
  const { terminal } = context;
  const all =
    options.directory === undefined
      ? await validateServed(options, context)
      : [await validateFolder(options.directory)];
  if (options.output === 'json') terminal.out(printJson({ valid: true, repositories: all.map(asData) }));
  else terminal.out(`${all.map((it) => print(it, terminal)).join('\n')}\n`);
  return 0;
}

async function validateServed(options: CommonOptions, context: CommandContext): Promise<readonly Validated[]> {
  return withSessions(options, context, async ({ repository, forge, passOptions }) => {
    const options_ = passOptions({ mode: 'plan', only: [] });
    const { state } = await observe({ forge }, options_);
    for (const installation of state.installations) readTrustPolicy(installation, state.texts, options_.floor);
    return { name: repository.name, installations: state.installations };
  });
}

async function validateFolder(directory: string): Promise<Validated> {
  const texts = await readFolder(directory);
  const { installations } = resolveInstallations(parseRepositoryConfig(texts));
  const floor = operatorFloorOf(defaultTrustFloor);
  for (const installation of installations) readTrustPolicy(installation, texts, floor);
  return { name: directory, installations };
}

async function readFolder(directory: string): Promise<ReadonlyMap<string, string>> {
  const folder = join(directory, configurationFolder);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((it) => it.isFile()).map((it) => join(it.parentPath, it.name));
  const pathOf = (file: string) => relative(directory, file).split(sep).join('/');
  return new Map(
    await Promise.all(
      files.map(async (file): Promise<[string, string]> => [pathOf(file), await readFile(file, 'utf8')]),
    ),
  );
}

function asData({ name, installations }: Validated) {
  return {
    name,
    installations: installations.map((it) => ({ name: it.name, component: it.component, unavailable: it.unavailable })),
  };
}

function print({ name, installations }: Validated, terminal: Terminal): string {
  const style = styler(terminal);
  const count = `${installations.length} ${installations.length === 1 ? 'installation' : 'installations'}`;
  const later = installations.flatMap((installation) =>
    installation.unavailable.map(
      ({ message, place }) =>
        `  ${style('yellow', installation.name)} ${place ? `${printPlace(place)}: ` : ''}${message}`,
    ),
  );
  return [`${style('green', 'valid')} ${name}: ${count}`, ...later].join('\n');
}
