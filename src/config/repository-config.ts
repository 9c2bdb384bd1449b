import type { YamlPath } from '../core/document/strict-yaml.ts';
import { Failure, type Finding } from '../core/failure.ts';
import { configurationFolder } from '../core/installation/places.ts';
import { readConfigDocument } from './config-document.ts';
import { configurationFailure } from './configuration-failure.ts';
import { checkDocument } from './findings.ts';
import type { Block, RepositoryConfig } from './repository-blocks.ts';
import { checkStructure } from './repository-checks.ts';
import { type Application, applicationSchema, repositorySchema, type TopLevel } from './repository-schema.ts';
import { namePattern } from './scalars.ts';

const configPath = `${configurationFolder}/config.yaml`;
const applicationsFolder = `${configurationFolder}/applications/`;

/**
 * Parses the repository configuration.
 *
 * @param files By path in the repository: `.consignee/config.yaml` and `.consignee/applications/*.yaml`; others are passed over.
 * @throws {Failure} `configuration` with everything that is wrong.
 */
export function parseRepositoryConfig(files: ReadonlyMap<string, string>): RepositoryConfig {
  const text = files.get(configPath);
  if (text === undefined) throw missingConfig(files);
  const findings: Finding[] = [];
  const top = parseBlock(text, configPath, repositorySchema, findings);
  const applications = new Map(top && blocksOf(top, 'applications', top.content.applications));
  addApplicationFiles(files, applications, findings);
  if (top) {
    const environments = new Map(blocksOf(top, 'environments', top.content.environments));
    if (environments.size === 0) environments.set('default', { content: { path: '.' }, placeOf: () => top.placeOf() });
    const providers = new Map(blocksOf(top, 'providers', top.content.providers));
    const config = { top, providers, environments, applications };
    for (const it of checkStructure(config)) findings.push(it);
    if (findings.length === 0) return config;
  }
  throw configurationFailure(findings, 'the repository configuration');
}

function addApplicationFiles(
  files: ReadonlyMap<string, string>,
  applications: Map<string, Block<Application>>,
  findings: Finding[],
): void {
  for (const [path, content] of files) {
    if (!path.startsWith(applicationsFolder)) continue;
    const name = applicationName(path, findings);
    const block = parseBlock(content, path, applicationSchema, findings);
    if (name === undefined || block === undefined) continue;
    const other = applications.get(name);
    if (other) findings.push(definedTwice(name, block, other));
    applications.set(name, block);
  }
}

function parseBlock<Content>(
  text: string,
  file: string,
  schema: Parameters<typeof checkDocument<Content>>[0],
  findings: Finding[],
): Block<Content> | undefined {
  const read = readConfigDocument(text, file);
  const checked = read.kind === 'read' ? checkDocument(schema, read.document) : read;
  // One by one: a call takes only so many arguments.
  if (checked.kind === 'findings') for (const it of checked.findings) findings.push(it);
  if (read.kind === 'findings' || checked.kind === 'findings') return undefined;
  return { content: checked.value, placeOf: (...path) => read.document.placeOf(path) };
}

/** The entries of a mapping of the top level, as blocks of their own. */
function blocksOf<Content>(
  { placeOf }: Block<TopLevel>,
  key: 'providers' | 'environments' | 'applications',
  entries: Readonly<Record<string, Content>> | undefined,
): readonly [string, Block<Content>][] {
  return Object.entries(entries ?? {}).map(([name, content]) => [
    name,
    { content, placeOf: (...path: YamlPath) => placeOf(key, name, ...path) },
  ]);
}

/** A file that lies beside the right place would be passed over in silence otherwise. */
function applicationName(path: string, findings: Finding[]): string | undefined {
  const name = path.slice(applicationsFolder.length).replace(/\.yaml$/, '');
  if (path.endsWith('.yaml') && namePattern.test(name)) return name;
  findings.push({
    place: { file: path },
    message: 'this file is not named after an application',
    remedy: `Name it ${applicationsFolder}<name>.yaml, with lower-case letters, digits and dashes in the name, or move it elsewhere.`,
  });
  return undefined;
}

function definedTwice(name: string, block: Block<Application>, other: Block<Application>): Finding {
  const { file, line } = other.placeOf();
  return {
    place: block.placeOf(),
    message: `the application ${name} is defined here and in ${file}, line ${line}`,
    remedy: 'Remove one of the two.',
  };
}

function missingConfig(files: ReadonlyMap<string, string>): Failure {
  const misspelt = `${configurationFolder}/config.yml`;
  if (files.has(misspelt)) {
    return new Failure('configuration', `the repository configuration is ${misspelt}, which is not read`, {
      place: { file: misspelt },
      remedy: `Rename it to ${configPath}.`,
    });
  }
  return new Failure('configuration', `the applications repository has no ${configPath}`, {
    place: { file: configPath },
    remedy: `Commit one to its default branch, for example:\n\n${smallestExample}`,
  });
}

const smallestExample = `registry: gitea.ocm.dev/software-consumer
verify: [{ signature: ocm-signing, publicKey: keys/ocm-signing.pub }]
applications: { podinfo: { component: ocm.software/demos/podinfo, versions: ">=1.0.0" } }
`;
