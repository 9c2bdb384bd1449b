/** Nothing hidden, no way up, no spelling that a file system takes for another one. */
const segment = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9_-])?$/;

export type OutputPath =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'problem'; readonly message: string; readonly remedy: string };

/** @returns The path in the applications repository of the file `below` the folder, if it is one that may be written. */
export function outputPath(folder: string, below: unknown): OutputPath {
  if (typeof below !== 'string') return problem(`the path is ${JSON.stringify(below)}`, 'Yield a text.');
  const segments = below.split('/');
  if (!segments.every((it) => segment.test(it) && it.length <= 100)) {
    return problem(
      `the path ${JSON.stringify(below)} is not a plain path below its folder`,
      'Use lower-case letters, digits, "-", "_" and "." in each part; a part begins with a letter or digit.',
    );
  }
  const name = segments.at(-1) ?? '';
  if (!/\.ya?ml$/.test(name)) return problem(`${below} is no YAML file`, 'Let the path end in .yaml.');
  if (/^kustomization\.ya?ml$/.test(name)) {
    return problem(`Kustomize would interpret ${below}, and fetch what it names`, 'Give the file another name.');
  }
  return { kind: 'path', path: folder === '' ? below : `${folder}/${below}` };
}

const problem = (message: string, remedy: string): OutputPath => ({ kind: 'problem', message, remedy });
