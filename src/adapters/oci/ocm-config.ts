import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { isMapping, type Mapping } from '../../core/component/mapping.ts';
import { decodeUtf8, parseStrictYaml } from '../../core/document/strict-yaml.ts';
import { badFile, readCredentialFile } from './credential-file.ts';
import type { RunHelper } from './credential-helper.ts';
import type { RegistryCredentials } from './credentials.ts';
import { readDockerConfig } from './docker-config.ts';

interface Options {
  /** Whether the registry is asked over http. */
  readonly insecureHttp?: boolean;
  readonly runHelper?: RunHelper;
}

/**
 * Looks credentials up in a configuration file of OCM (`.ocmconfig`): among its consumers, then in the files of Docker that it
 * names.
 *
 * @param place `host[:port][/path]`
 * @returns `undefined` when there are none for this place.
 * @throws {Failure} `configuration` when a file is not as it should be; nothing of its content is part of that.
 * @see ocm-domain.md 3.13
 */
export async function readOcmConfig(
  path: string,
  place: string,
  { insecureHttp = false, runHelper }: Options = {},
): Promise<RegistryCredentials | undefined> {
  const configurations = parseConfig(await readCredentialFile(path), path);
  const wanted = parseWanted(place, insecureHttp);
  const consumers = configurations.flatMap(({ consumers }) => listOf(consumers, path));
  const [best] = consumers
    .map((consumer) => ({ consumer, rank: rankOf(consumer.identity, wanted) }))
    .filter(({ rank }) => rank >= 0)
    .toSorted((a, b) => b.rank - a.rank);
  if (best) return readConsumer(best.consumer, wanted, path);
  for (const { repository } of configurations.flatMap(({ repositories }) => listOf(repositories, path))) {
    const file = dockerFileOf(repository, path);
    const found = file === undefined ? undefined : await readDockerConfig(file, place, runHelper);
    if (found) return found;
  }
  return undefined;
}

const credentialsType = 'credentials.config.ocm.software';

/** @returns The parts about credentials, wherever they stand. */
function parseConfig(bytes: Uint8Array, path: string): readonly Mapping[] {
  const text = decodeUtf8(bytes);
  const yaml = text === undefined ? undefined : parseStrictYaml(text);
  if (!yaml) throw badFile(path, 'is not UTF-8 text, or begins with a byte order mark');
  if (yaml.kind === 'problems') {
    // The parser's own message may quote what stands in the file.
    const [{ kind, line }] = yaml.problems;
    throw badFile(path, `is no YAML that can be read safely (${kind})`, line);
  }
  if (!isMapping(yaml.value)) throw badFile(path, 'is no mapping');
  const all = [yaml.value, ...listOf(yaml.value.configurations, path)];
  return all.filter(({ type }) => typeof type === 'string' && type.replace(/\/v1$/, '') === credentialsType);
}

function listOf(value: unknown, path: string): readonly Mapping[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every(isMapping)) return value;
  throw badFile(path, 'has a list that is none, or with what is no mapping');
}

interface Wanted {
  readonly hostname: string;
  readonly port: string;
  readonly scheme: string;
  readonly path: string;
}

function parseWanted(place: string, insecureHttp: boolean): Wanted {
  const [host = '', ...path] = place.split('/');
  const [, hostname = host, port] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  const scheme = insecureHttp ? 'http' : 'https';
  return {
    hostname: hostname.toLowerCase(),
    port: port ?? (insecureHttp ? '80' : '443'),
    scheme,
    path: path.join('/'),
  };
}

const registryType = /^(?:OCIRegistry|OCIRepository)(?:\/v1)?$/;

/** @returns How closely a consumer names the place, negative when it is another one. What it does not name may be anything. */
function rankOf(identity: unknown, wanted: Wanted): number {
  if (!isMapping(identity) || typeof identity.type !== 'string' || !registryType.test(identity.type)) return -1;
  const { hostname, port, scheme, pathprefix } = identity;
  const isHost = typeof hostname === 'string' && hostname.toLowerCase() === wanted.hostname;
  const isPort = port === undefined || String(port) === wanted.port;
  const isScheme = scheme === undefined || scheme === wanted.scheme;
  const prefix = typeof pathprefix === 'string' ? pathprefix.replace(/^\/|\/$/g, '') : '';
  const isBelow = prefix === '' || `${wanted.path}/`.startsWith(`${prefix}/`);
  if (!isHost || !isPort || !isScheme || !isBelow) return -1;
  return prefix.length * 4 + (port === undefined ? 0 : 2) + (scheme === undefined ? 0 : 1);
}

function readConsumer({ credentials }: Mapping, { hostname }: Wanted, path: string): RegistryCredentials {
  const properties = listOf(credentials, path).map((it) => (isMapping(it.properties) ? it.properties : {}));
  const merged: Mapping = Object.assign({}, ...properties);
  const text = (...keys: readonly string[]) => {
    const key = keys.find((it) => typeof merged[it] === 'string' && merged[it] !== '');
    return key === undefined ? undefined : String(merged[key]);
  };
  const identityToken = text('identityToken', 'refreshToken');
  if (identityToken !== undefined) return { kind: 'identity-token', token: identityToken };
  const accessToken = text('accessToken');
  if (accessToken !== undefined) return { kind: 'bearer', token: accessToken };
  const [username, password] = [text('username'), text('password')];
  if (username === undefined || password === undefined) {
    throw badFile(path, `has a consumer for ${hostname} without username and password, or a token`);
  }
  return { kind: 'basic', username, password };
}

function dockerFileOf(repository: unknown, path: string): string | undefined {
  if (!isMapping(repository) || typeof repository.type !== 'string') return undefined;
  if (repository.type.replace(/\/v1$/, '') !== 'DockerConfig') return undefined;
  const { dockerConfigFile: file } = repository;
  if (typeof file !== 'string' || file === '')
    throw badFile(path, 'has a repository DockerConfig without dockerConfigFile');
  return file.startsWith('~/') ? join(homedir(), file.slice(2)) : resolve(dirname(path), file);
}
