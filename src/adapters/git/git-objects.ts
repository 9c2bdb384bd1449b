import {
  type Commit,
  type CommitSha,
  parseBlobId,
  parseCommitSha,
  parseTreeSha,
  type TreeSha,
} from '../../core/repository/commit.ts';

export interface TreeItem {
  readonly name: string;
  /** As in `TreeEntry`, and `40000` for a folder. */
  readonly mode: string;
  readonly id: string;
}

/**
 * Reads the bytes of a tree object: `<mode> <name>\0<id>`, again and again.
 *
 * @param idBytes Length of an id: 20 or 32.
 * @param names What their bytes become: `latin1` keeps those that are no Unicode text, one character for each byte.
 */
export function parseTreeObject(
  bytes: Buffer,
  idBytes: number,
  names: 'utf8' | 'latin1' = 'utf8',
): readonly TreeItem[] {
  const items: TreeItem[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const nul = bytes.indexOf(0, space);
    const end = nul + 1 + idBytes;
    items.push({
      mode: bytes.toString('latin1', at, space),
      name: bytes.toString(names, space + 1, nul),
      id: bytes.toString('hex', nul + 1, end),
    });
    at = end;
  }
  return items;
}

/**
 * Makes the bytes of a tree object, in the order that git wants: by the bytes of the names, where a folder's ends with a slash.
 *
 * @param items Each name once, as `parseTreeObject` reads them with `latin1`.
 */
export function printTreeObject(items: Iterable<TreeItem>): Buffer {
  const sorted = [...items].map((item) => ({ item, key: orderOf(item) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  return Buffer.concat(
    sorted.flatMap(({ item: { mode, name, id } }) => [
      Buffer.from(`${mode} ${name}\0`, 'latin1'),
      Buffer.from(id, 'hex'),
    ]),
  );
}

const orderOf = ({ name, mode }: TreeItem): string => (mode === folderMode ? `${name}/` : name);

export const folderMode = '40000';

/**
 * Reads the bytes of a commit object: header lines, an empty line, the message. `at` is the committer's date, for that is when
 * this commit came to be.
 */
export function parseCommitObject(sha: CommitSha, bytes: Buffer): Commit {
  const text = bytes.toString('utf8');
  const split = text.indexOf('\n\n');
  const lines = (split === -1 ? text : text.slice(0, split)).split('\n');
  const valuesOf = (key: string) =>
    lines.flatMap((line) => (line.startsWith(`${key} `) ? [line.slice(key.length + 1)] : []));
  const author = identityPattern.exec(valuesOf('author')[0] ?? '');
  const committer = identityPattern.exec(valuesOf('committer')[0] ?? '');
  return {
    sha,
    tree: required(valuesOf('tree').flatMap((it) => parseTreeSha(it) ?? [])[0], sha),
    parents: valuesOf('parent').flatMap((it) => parseCommitSha(it) ?? []),
    author: { name: author?.[1] ?? '', email: author?.[2] ?? '' },
    at: new Date(Number(committer?.[3] ?? 0) * 1000),
    message: split === -1 ? '' : text.slice(split + 2),
  };
}

const identityPattern = /^(.*?) ?<([^>]*)> (\d+) [+-]\d+$/;

function required(tree: TreeSha | undefined, sha: string): TreeSha {
  if (!tree) throw new Error(`the commit ${sha} names no tree`);
  return tree;
}

/** @returns The id, which git printed: anything else would be a bug of ours. */
export function commitShaOf(text: string): CommitSha {
  return idOf(parseCommitSha, text);
}

/** @see commitShaOf */
export function treeShaOf(text: string): TreeSha {
  return idOf(parseTreeSha, text);
}

/** @see commitShaOf */
export const blobIdFrom = (text: string) => idOf(parseBlobId, text);

function idOf<Id>(parse: (text: string) => Id | undefined, text: string): Id {
  const id = parse(text.trim());
  if (id === undefined) throw new Error(`git printed ${JSON.stringify(text.slice(0, 100))} where an object id belongs`);
  return id;
}
