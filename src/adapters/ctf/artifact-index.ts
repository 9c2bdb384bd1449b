import { isMapping } from '../../core/component/mapping.ts';
import { type Digest, parseDigest } from '../../core/digest.ts';
import { parseStrictJson } from '../../core/document/strict-json.ts';
import { Refusal } from '../../core/trust/reason.ts';

export const indexName = 'artifact-index.json';

export const maxIndexBytes = 64 * 1024 * 1024;

/** One artifact of an archive. Former manifests and the parts of an index stand there without a tag. */
export interface IndexEntry {
  readonly repository: string;
  readonly tag?: string;
  readonly digest: Digest;
  readonly mediaType?: string;
}

/** What an archive holds, by path of the OCI repository. */
export type ArtifactIndex = ReadonlyMap<string, IndexedRepository>;

export interface IndexedRepository {
  readonly tags: Map<string, Digest>;
  readonly digests: Set<Digest>;
}

/**
 * Parses `artifact-index.json`.
 *
 * @throws {Refusal} `malformed`
 * @see ocm-spec, doc/04-extensions/03-storage-backends/ctf.md
 */
export function parseArtifactIndex(bytes: Uint8Array): readonly IndexEntry[] {
  const json = parseStrictJson(bytes);
  if (json.kind === 'problem') throw malformed(json.message);
  if (!isMapping(json.value)) throw malformed('it is no mapping');
  const { schemaVersion, artifacts, ...others } = json.value;
  refuseOthers(others);
  if (schemaVersion !== 1) throw malformed(`its schema version is ${JSON.stringify(schemaVersion)} instead of 1`);
  if (!Array.isArray(artifacts)) throw malformed('it has no list of artifacts');
  return artifacts.map(parseEntry);
}

/** @throws {Refusal} `malformed` when one tag has two manifests. */
export function indexByRepository(entries: readonly IndexEntry[]): ArtifactIndex {
  const index = new Map<string, IndexedRepository>();
  for (const { repository, tag, digest } of entries) {
    const { tags, digests } = index.get(repository) ?? { tags: new Map(), digests: new Set() };
    if (tag !== undefined && (tags.get(tag) ?? digest) !== digest) {
      throw malformed(`${repository}:${tag} stands there twice, with different digests`);
    }
    if (tag !== undefined) tags.set(tag, digest);
    digests.add(digest);
    index.set(repository, { tags, digests });
  }
  return index;
}

function parseEntry(value: unknown): IndexEntry {
  if (!isMapping(value)) throw malformed('an artifact is no mapping');
  const { repository, tag, digest: digestText, mediaType, ...others } = value;
  refuseOthers(others);
  if (typeof repository !== 'string' || repository === '') throw malformed('an artifact has no repository');
  const digest = typeof digestText === 'string' ? parseDigest(digestText) : undefined;
  if (!digest) throw malformed(`${repository} has a digest that is none: ${JSON.stringify(digestText)}`);
  if (!isOptionalText(tag) || !isOptionalText(mediaType))
    throw malformed(`${repository} has a tag or media type that is no text`);
  return { repository, digest, ...(tag && { tag }), ...(mediaType && { mediaType }) };
}

const isOptionalText = (value: unknown): value is string | undefined =>
  value === undefined || typeof value === 'string';

function refuseOthers(others: Readonly<Record<string, unknown>>): void {
  const [name] = Object.keys(others);
  if (name !== undefined) throw malformed(`it has the unknown field ${name}`);
}

function malformed(message: string): Refusal {
  return new Refusal('malformed', `${indexName} of the archive: ${message}`);
}
