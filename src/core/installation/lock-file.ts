import type { ContentDigest } from '../component/component-descriptor.ts';
import { type ComponentName, parseComponentName } from '../component/component-name.ts';
import { type Digest, digestOf, digestOfParts, parseDigest } from '../digest.ts';
import { parseStrictYaml } from '../document/strict-yaml.ts';
import { Failure } from '../failure.ts';
import { type BlobId, blobIdOf, type FileSet, parseBlobId } from '../repository/commit.ts';
import { parseVersion, type Version } from '../version/version.ts';
import type { Installation } from './installation.ts';

/** What is installed, from what it was rendered, and each rendered file: the committed floor and memory of an installation. */
export interface LockFile {
  readonly environment: string;
  readonly application: string;
  readonly component: ComponentName;
  readonly version: Version;
  /** Digest of the normalised component descriptor. */
  readonly digest: ContentDigest;
  /** The manifest that carried it: a hint, for a transfer may write another manifest for the same content. */
  readonly manifest: Digest;
  readonly templates: string;
  /** The file of people's own whose version was changed, where nothing was rendered. */
  readonly pinned?: string;
  /** Digest of everything besides the component version that went into the render. */
  readonly inputs: Digest;
  /** Digest of the trust policy that the version was proved under; absent in lock files of earlier versions. */
  readonly policy?: Digest;
  /** Names of the values that the component's versions have offered so far; one that people removed is not added again. */
  readonly parameters: readonly string[];
  readonly files: readonly LockedFile[];
}

export interface LockedFile {
  readonly path: string;
  readonly digest: Digest;
  /** Id of the content in git, by which the last render is found again. */
  readonly blob: BlobId;
}

/** @returns The files that are the bot's to replace and remove: none where they are people's own, whoever wrote them once. */
export function ownFiles({ manage }: Pick<Installation, 'manage'>, lock: LockFile | undefined): readonly LockedFile[] {
  return manage === 'pin' ? [] : (lock?.files ?? []);
}

/** @param like Any object id of the repository: tells the hash of blob ids. */
export function lockFiles(files: FileSet, like: string): readonly LockedFile[] {
  return [...files]
    .map(([path, text]) => ({ path, digest: digestOf(text), blob: blobIdOf(text, like) }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** @returns One digest over all rendered files with their paths, or over what was pinned where. */
export function renderDigestOf({ files, pinned, version }: Pick<LockFile, 'files' | 'pinned' | 'version'>): Digest {
  return digestOfParts(
    'consignee/render/1',
    pinned === undefined ? files.flatMap(({ path, digest }) => [path, digest]) : ['pinned', pinned, version],
  );
}

const header = `# Written by Consignee together with the files it lists. Do not edit: it says what is installed.
`;

/** @returns The text of the lock file; the same lock gives the same bytes. */
export function printLockFile(lock: LockFile): string {
  const { digest } = lock;
  const files = lock.files.map(
    ({ path, digest, blob }) => `  - path: ${quote(path)}\n    digest: ${quote(digest)}\n    blob: ${quote(blob)}\n`,
  );
  return `${header}lock: 1
environment: ${quote(lock.environment)}
application: ${quote(lock.application)}
component: ${quote(lock.component)}
version: ${quote(lock.version)}
digest:
  hashAlgorithm: ${quote(digest.hashAlgorithm)}
  normalisationAlgorithm: ${quote(digest.normalisationAlgorithm)}
  value: ${quote(digest.value)}
manifest: ${quote(lock.manifest)}
templates: ${quote(lock.templates)}
${lock.pinned === undefined ? '' : `pinned: ${quote(lock.pinned)}\n`}inputs: ${quote(lock.inputs)}
${lock.policy ? `policy: ${quote(lock.policy)}\n` : ''}parameters: [${lock.parameters.map(quote).join(', ')}]
files:${files.length === 0 ? ' []\n' : `\n${files.join('')}`}`;
}

/** Always in quotes: digits, `no` and dates keep their type for every reader. What only JSON takes as it is, is escaped. */
const quote = (text: string) => JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, escapeCharacter);

const escapeCharacter = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * @param path For messages.
 * @throws {Failure} `configuration` when it is not a lock file that this version can read.
 */
export function parseLockFile(text: string, path: string): LockFile {
  return parseOwnPrint(text, path) ?? parseYamlPrint(text, path);
}

/** What a lock file holds, and where it stands. */
interface LockData {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly lineOf: (name: string) => number | undefined;
}

/**
 * Reads what `printLockFile` wrote without taking it for YAML, which would take most of the time of a pass over many installations.
 *
 * @returns `undefined` for any other text.
 */
function parseOwnPrint(text: string, path: string): LockFile | undefined {
  try {
    const fields = {
      lock: 1,
      files: [...text.matchAll(fileLines)].map(([, ...values]) => objectOf(['path', 'digest', 'blob'], values)),
      ...Object.fromEntries([...text.matchAll(topLines)].map(([, name, json = '']) => [name, JSON.parse(json)])),
      digest: Object.fromEntries(
        [...text.matchAll(digestLines)].map(([, name, json = '']) => [name, JSON.parse(json)]),
      ),
    };
    const lock = readLock({ fields, lineOf: () => undefined }, path);
    return printLockFile(lock) === text ? lock : undefined;
  } catch {
    return undefined;
  }
}

const topLines = /^([a-zA-Z]+): (["[].*)$/gm;
const digestLines = /^ {2}([a-zA-Z]+): (".*")$/gm;
const fileLines = /^ {2}- path: (".*")\n {4}digest: (".*")\n {4}blob: (".*")$/gm;

const objectOf = (names: readonly string[], values: readonly string[]) =>
  Object.fromEntries(names.map((name, index) => [name, JSON.parse(values[index] ?? '')]));

function parseYamlPrint(text: string, path: string): LockFile {
  const parsed = parseStrictYaml(text);
  if (parsed.kind === 'problems') {
    const [{ message, line }] = parsed.problems;
    throw unreadable(path, message, line);
  }
  return readLock({ fields: mappingOf(parsed.value), lineOf: (name) => parsed.placeOf([name]).line }, path);
}

function unreadable(path: string, what: string, line: number | undefined): Failure {
  return new Failure('configuration', `The lock file ${path} cannot be read: ${what}.`, {
    place: { file: path, line },
    remedy: 'Restore the file from the commit that wrote it (git log tells which), for it records what is installed.',
  });
}

const mappingOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

function readLock({ fields, lineOf }: LockData, path: string): LockFile {
  if (fields.lock !== 1) {
    throw unreadable(path, `"lock" is ${JSON.stringify(fields.lock)} where this version writes and reads 1`, 1);
  }
  /** Calls `parse` with the text of a field; what it does not take is refused with the field's line. */
  const take = <T>(name: string, parse: (text: string) => T | undefined, from = fields): T => {
    const value = from[name];
    const result = typeof value === 'string' ? parse(value) : undefined;
    if (result === undefined) throw unreadable(path, `"${name}" is ${JSON.stringify(value)}`, lineOf(name));
    return result;
  };
  const anyText = (value: string) => (value === '' ? undefined : value);
  // Git is asked about it, and takes what leads out of the repository for trouble of its own.
  const anyPath = (value: string) =>
    value.split('/').some((it) => it === '' || it === '.' || it === '..' || it.includes('\0')) ? undefined : value;
  const list = (name: string): readonly unknown[] => {
    const value = fields[name];
    if (Array.isArray(value)) return value;
    throw unreadable(path, `"${name}" is no list`, lineOf(name));
  };
  const digest = mappingOf(fields.digest);
  return {
    environment: take('environment', anyText),
    application: take('application', anyText),
    component: take('component', parseComponentName),
    version: take('version', (value) => parseVersion(value)?.text),
    digest: {
      hashAlgorithm: take('hashAlgorithm', anyText, digest),
      normalisationAlgorithm: take('normalisationAlgorithm', anyText, digest),
      value: take('value', anyText, digest),
    },
    manifest: take('manifest', parseDigest),
    templates: take('templates', anyText),
    ...(fields.pinned !== undefined && { pinned: take('pinned', anyPath) }),
    inputs: take('inputs', parseDigest),
    ...(fields.policy !== undefined && { policy: take('policy', parseDigest) }),
    parameters: list('parameters').filter((it) => typeof it === 'string'),
    files: list('files').map((it) => ({
      path: take('path', anyText, mappingOf(it)),
      digest: take('digest', parseDigest, mappingOf(it)),
      blob: take('blob', parseBlobId, mappingOf(it)),
    })),
  };
}
