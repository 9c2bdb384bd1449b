import type { ComponentName } from '../component/component-name.ts';
import { isAmbiguousScalar } from '../document/strict-yaml.ts';
import { Failure } from '../failure.ts';
import { configurationFolder } from '../installation/places.ts';
import type { FileSet } from '../repository/commit.ts';
import { chooseEnvironments, type ProposedEnvironment } from './choose-environments.ts';
import { type ProposedApplication, proposeApplications } from './propose-applications.ts';
import type { DeployedComponent, FluxPath } from './read-manifest.ts';

/** The file that says what is deployed. */
export const configurationPath = `${configurationFolder}/config.yaml`;

/** What there is to go by. */
export interface Findings {
  /** Host and base path. */
  readonly registry: string;
  /** In the registry, or named by whoever asks. */
  readonly components: readonly ComponentName[];
  readonly deployed: readonly DeployedComponent[];
  readonly fluxPaths: readonly FluxPath[];
  /** Given by whoever asks, in PEM by name of the signature. They count more than those of manifests. */
  readonly keys: ReadonlyMap<string, string>;
}

export interface ProposedConfiguration {
  readonly files: FileSet;
  readonly registry: string;
  readonly environments: readonly ProposedEnvironment[];
  readonly applications: readonly ProposedApplication[];
}

/**
 * Proposes a first configuration of a repository, and nothing that is not told by what was found.
 *
 * @throws {Failure} `configuration` when there is nothing to deploy, or no key to prove it with.
 */
export function proposeConfiguration(found: Findings): ProposedConfiguration {
  const environments = chooseEnvironments(found.fluxPaths);
  const applications = proposeApplications({ ...found, environments });
  if (applications.length === 0) throw nothingFound(found.registry);
  const keys = keysOf(found);
  const needed = new Map(applications.map((it) => [it.name, signaturesFor(it, found, keys)]));
  const used = [...new Set([...needed.values()].flat())].sort();
  const text = printConfiguration(found.registry, { environments, applications, needed });
  const files = new Map([[configurationPath, text]]);
  for (const name of used) addKey(files, name, keys.get(name) ?? '');
  return { files, registry: found.registry, environments, applications };
}

/** @throws {Failure} `configuration` when manifests know a signature by two keys: which of them counts is for people to say. */
function keysOf({ deployed, keys: given }: Findings): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const { file, signatures } of deployed) {
    for (const { name, publicKey } of signatures) {
      if (publicKey === undefined || given.has(name)) continue;
      if ((keys.get(name) ?? publicKey) !== publicKey) {
        throw new Failure('configuration', `The manifests hold two different keys for the signature ${name}.`, {
          place: { file },
          remedy: `Say which one counts with --public-key ${name}=FILE.`,
        });
      }
      keys.set(name, publicKey);
    }
  }
  return new Map([...keys, ...given]);
}

/** @throws {Failure} `configuration` when a key is missing. */
function signaturesFor(
  { component, signatures, files }: ProposedApplication,
  found: Findings,
  keys: ReadonlyMap<string, string>,
): readonly string[] {
  const wanted = signatures !== undefined && signatures.length > 0 ? signatures : defaultSignatures(found.keys, keys);
  const missing = wanted.find((it) => !keys.has(it));
  if (missing !== undefined) {
    throw new Failure('configuration', `The key of the signature ${missing} of ${component} is not known.`, {
      place: { file: files[0] ?? configurationPath },
      remedy: `Give it with --public-key ${missing}=FILE.${whereIs(missing, found)}`,
    });
  }
  if (wanted.length > 0) return wanted;
  throw new Failure('configuration', `Nothing says with which key ${component} is signed.`, {
    remedy: 'Give the public key of the provider with --public-key NAME=FILE, where NAME is the name of the signature.',
  });
}

/** The key is not in the repository; who may look into the cluster finds it there. */
function whereIs(signature: string, { deployed }: Findings): string {
  const all = deployed.flatMap(({ signatures }) => signatures);
  const secret = all.find((it) => it.name === signature && it.secret !== undefined)?.secret;
  return secret === undefined ? '' : ` The cluster has it in the secret ${secret}.`;
}

function defaultSignatures(given: ReadonlyMap<string, string>, keys: ReadonlyMap<string, string>): readonly string[] {
  return [...(given.size > 0 ? given : keys).keys()].sort();
}

/** @throws {Failure} `configuration` when two names of signatures give one name of a file. */
function addKey(files: Map<string, string>, signature: string, pem: string): void {
  const path = `${configurationFolder}/${keyPathOf(signature)}`;
  if (files.has(path)) {
    throw new Failure('configuration', `Two signatures would have their key in ${path}, ${signature} is one of them.`, {
      remedy: 'Write the configuration by hand, with a file for each key.',
    });
  }
  files.set(path, pem);
}

/** The name of a signature may hold anything. */
function keyPathOf(signature: string): string {
  const plain = signature.replaceAll(/[^A-Za-z0-9._-]/g, '_').replace(/^[.-]+/, '_');
  return `keys/${plain || 'signature'}.pub`;
}

interface Printed {
  readonly environments: readonly ProposedEnvironment[];
  readonly applications: readonly ProposedApplication[];
  /** Names of signatures by application. */
  readonly needed: ReadonlyMap<string, readonly string[]>;
}

/** What most of them need stands at the top. */
function printConfiguration(registry: string, { environments, applications, needed }: Printed): string {
  const sets = [...needed.values()].map(verifyText);
  const common = mostFrequent(sets);
  const [only, ...others] = environments;
  const isWhole = only?.path === '.' && others.length === 0;
  const lines = [
    '# What is deployed where, and under which conditions; proposed by `consignee init`.',
    '# `consignee validate` checks this file, `consignee schema repository` prints its schema.',
    `registry: ${scalar(registry)}`,
    `verify: ${common}`,
    ...(isWhole ? [] : ['environments:', ...environments.map(printEnvironment)]),
    'applications:',
    ...applications.map((it) => {
      const verify = verifyText(needed.get(it.name) ?? []);
      return printApplication(it, verify === common ? undefined : verify);
    }),
  ];
  return `${lines.join('\n')}\n`;
}

const printEnvironment = ({ name, path }: ProposedEnvironment) => `  ${scalar(name)}: { path: ${scalar(path)} }`;

function printApplication(application: ProposedApplication, verify: string | undefined): string {
  const { name, component, pinned, versions, environments } = application;
  const parts = [
    `component: ${scalar(component)}`,
    ...(pinned ? ['manage: pin'] : []),
    ...(versions === undefined ? [] : [`versions: ${JSON.stringify(versions)}`]),
    ...(verify === undefined ? [] : [`verify: ${verify}`]),
    ...(environments ? [`in: { ${environments.map((it) => `${scalar(it)}: {}`).join(', ')} }`] : []),
  ];
  return `  ${scalar(name)}: { ${parts.join(', ')} }`;
}

function verifyText(signatures: readonly string[]): string {
  const entry = (it: string) => `{ signature: ${scalar(it)}, publicKey: ${scalar(keyPathOf(it))} }`;
  return `[${signatures.map(entry).join(', ')}]`;
}

function mostFrequent(texts: readonly string[]): string {
  const countOf = (text: string) => texts.filter((it) => it === text).length;
  return texts.toSorted((a, b) => countOf(b) - countOf(a))[0] ?? '[]';
}

/** Quoted wherever a reader of YAML could take it for anything else than this text. */
function scalar(text: string): string {
  const isPlain = /^[A-Za-z][A-Za-z0-9._/-]*(?::[0-9]+[A-Za-z0-9._/-]*)?$|^\.$/.test(text);
  const means = /^(?:true|false|null|nan|inf)$/i.test(text) || isAmbiguousScalar(text);
  return isPlain && !means ? text : JSON.stringify(text);
}

function nothingFound(registry: string): Failure {
  return new Failure('configuration', `Nothing was found that could be deployed: no component in ${registry}.`, {
    remedy: 'Name components with --component, such as --component ocm.software/demos/podinfo.',
  });
}
