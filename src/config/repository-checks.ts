import type { Finding, Place } from '../core/failure.ts';
import { nearest } from './nearest.ts';
import type { Block, RepositoryConfig } from './repository-blocks.ts';
import type { Environment } from './repository-schema.ts';
import { listOf } from './scalars.ts';

/** Finds what is wrong between the blocks of a repository configuration, whatever the settings resolve to. */
export function checkStructure(config: RepositoryConfig): readonly Finding[] {
  return [
    ...emptyBlocks(config),
    ...reservedNames(config.environments),
    ...sharedPaths(config.environments),
    ...unknownPredecessors(config.environments),
    ...cycles(config.environments),
    ...equalGlobs(config),
    ...unknownEnvironments(config),
  ];
}

function emptyBlocks({ top, applications }: RepositoryConfig): readonly Finding[] {
  const findings: Finding[] = [];
  const { environments } = top.content;
  if (environments && Object.keys(environments).length === 0) {
    findings.push({
      place: top.placeOf('environments'),
      message: 'environments names no environment',
      remedy: 'Name one, or remove the key: there is one environment "default" then.',
    });
  }
  for (const [name, { content, placeOf }] of applications) {
    if (!content.in || Object.keys(content.in).length > 0) continue;
    findings.push({
      place: placeOf('in'),
      message: `the application ${name} is in no environment`,
      remedy: 'Name its environments under "in", or remove the key: it is in all of them then.',
    });
  }
  return findings;
}

/** The bot's own branches are called so, and git cannot have `consignee/state` beside `consignee/state/podinfo`. */
const reserved: readonly string[] = ['state', 'init'];

function reservedNames(environments: RepositoryConfig['environments']): readonly Finding[] {
  return [...environments]
    .filter(([name]) => reserved.includes(name))
    .map(([name, { placeOf }]) => ({
      place: placeOf(),
      message: `an environment cannot be called ${name}: the branch consignee/${name} is the bot's own`,
      remedy: 'Give it another name.',
    }));
}

/** Where the files of an environment lie; another repository or branch is another place. */
export function locationOf({ path, repository = '', branch = '' }: Environment): string {
  return [repository, branch, path].join('\n');
}

function sharedPaths(environments: RepositoryConfig['environments']): readonly Finding[] {
  const owners = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [name, { content, placeOf }] of environments) {
    const owner = owners.get(locationOf(content));
    if (owner === undefined) owners.set(locationOf(content), name);
    else {
      findings.push({
        place: placeOf('path'),
        message: `the environments ${owner} and ${name} have the same path ${content.path}`,
        remedy: 'Give each environment a folder of its own.',
      });
    }
  }
  return findings;
}

function unknownPredecessors(environments: RepositoryConfig['environments']): readonly Finding[] {
  return [...environments].flatMap(([name, { content, placeOf }]) =>
    (content.after ?? []).flatMap((other, index) =>
      environments.has(other) && other !== name
        ? []
        : [unknownEnvironment(other, placeOf('after', index), environments, name)],
    ),
  );
}

function unknownEnvironments({ environments, applications }: RepositoryConfig): readonly Finding[] {
  return [...applications.values()].flatMap(({ content, placeOf }) =>
    Object.keys(content.in ?? {}).flatMap((name) =>
      environments.has(name) ? [] : [unknownEnvironment(name, placeOf('in', name), environments)],
    ),
  );
}

function unknownEnvironment(
  name: string,
  place: Place,
  environments: RepositoryConfig['environments'],
  self?: string,
): Finding {
  const known = [...environments.keys()].filter((it) => it !== self);
  const meant = nearest(name, known);
  if (name === self) {
    return { place, message: `the environment ${name} cannot come after itself`, remedy: 'Remove it from "after".' };
  }
  return {
    place,
    message: `there is no environment "${name}"${meant ? `, did you mean "${meant}"?` : ''}`,
    remedy: known.length > 0 ? `Write ${listOf(known)}.` : 'Add it under "environments".',
  };
}

/** Each cycle once, at the environment that is written first. */
function cycles(environments: RepositoryConfig['environments']): readonly Finding[] {
  const findings: Finding[] = [];
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    const start = path.indexOf(name);
    if (start >= 0 && path.length - start > 1) findings.push(cycle([...path.slice(start), name], environments));
    if (start >= 0 || done.has(name)) return;
    for (const other of environments.get(name)?.content.after ?? []) visit(other, [...path, name]);
    done.add(name);
  };
  for (const name of environments.keys()) visit(name, []);
  return findings;
}

function cycle(names: readonly string[], environments: RepositoryConfig['environments']): Finding {
  const first: Block<Environment> | undefined = environments.get(names[0] ?? '');
  return {
    place: first?.placeOf('after'),
    message: `the environments wait for each other: ${names.join(' after ')}`,
    remedy: 'Remove one of them from "after".',
  };
}

function equalGlobs({ providers }: RepositoryConfig): readonly Finding[] {
  const owners = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [name, { content, placeOf }] of providers) {
    for (const glob of [content.components].flat()) {
      const owner = owners.get(glob);
      if (owner === undefined) owners.set(glob, name);
      else if (owner !== name) {
        findings.push({
          place: placeOf('components'),
          message: `the providers ${owner} and ${name} both claim ${glob}`,
          remedy: 'Make one of them more specific: the most specific one counts.',
        });
      }
    }
  }
  return findings;
}
