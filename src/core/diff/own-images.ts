import { parseImageReference } from '../localization/image-reference.ts';

/** What tells the images that a component brings from those of others, as data. */
export interface OwnImages {
  /** Host and base path of the installation's registry, as it is read and as the cluster reaches it. */
  readonly registries: readonly string[];
  /** Addresses of the component's resources, as written. */
  readonly references: readonly string[];
  /** Digests of the component's resources: `sha256:…`. */
  readonly digests: readonly string[];
  /** Fields that the cluster replaces by the address of a resource. */
  readonly localized: { readonly before: readonly LocalizedField[]; readonly after: readonly LocalizedField[] };
}

export interface LocalizedField {
  /** As in the files that are compared. */
  readonly file: string;
  /** Keys with dots between them, as a rule has it: `spec.template.spec.containers[0].image`. */
  readonly path: string;
}

/** A field of an object, and the file that it stands in. */
export interface ImageField {
  readonly file: string;
  readonly keys: readonly string[];
}

export interface ImageJudge {
  isOwn(reference: string): boolean;
  isLocalized(side: 'before' | 'after', field: ImageField): boolean;
}

export function createImageJudge({ registries, references, digests, localized }: OwnImages): ImageJudge {
  const bases = registries.map((it) => `${it.replace(/^[a-z]+:\/\//, '').replace(/\/+$/, '')}/`);
  const names = new Set(references.flatMap(namesOf));
  const own = new Set(digests);
  const rules = { before: rulesOf(localized.before), after: rulesOf(localized.after) };
  return {
    isOwn: (text) => {
      // What leads out of a path is none of the registry's.
      if (isComputed(text) || (!text.includes('..') && bases.some((it) => text.startsWith(it)))) return true;
      const reference = parseImageReference(text);
      return reference !== undefined && (names.has(reference.name) || own.has(reference.digest ?? ''));
    },
    isLocalized: (side, { file, keys }) => rules[side].get(file)?.some((it) => leadsTo(it, keys)) ?? false,
  };
}

/** A tag beside a digest is one that people write without the digest, too. */
function namesOf(text: string): readonly string[] {
  const bare = text.replace(/^[a-z]+:\/\//, '');
  return [bare, bare.replace(/@.*$/, '')].flatMap((it) => parseImageReference(it)?.name ?? []);
}

/** What kro puts together of the resources of a component, and of nothing else (ocm-domain.md 2.4). */
function isComputed(text: string): boolean {
  const rest = text.replace(/\$\{\s*[A-Za-z_]\w*\.status\.additional\.[\w.]+\s*\}/g, '');
  return rest !== text && /^[/:@]*$/.test(rest);
}

function rulesOf(fields: readonly LocalizedField[]): ReadonlyMap<string, readonly (readonly string[])[]> {
  const grouped = Map.groupBy(fields, ({ file }) => file);
  return new Map([...grouped].map(([file, all]) => [file, all.map(({ path }) => keysOf(path))]));
}

/** Takes a path of yq apart: `a.b[0]`, `a.b.[0]` and `a["b"][]`. What is more than that leads nowhere. */
function keysOf(path: string): readonly string[] {
  return [...path.matchAll(/"([^"]*)"|\[(\d+|\*?)\]|([^.[\]"]+)/g)].map(
    ([, quoted, index, plain]) => quoted ?? (index === '*' || index === '' ? anyItem : index) ?? plain ?? '',
  );
}

/** No key of an object can be this. */
const anyItem = '\0any';

/** A rule may replace the field itself, or something that it stands in. */
function leadsTo(rule: readonly string[], keys: readonly string[]): boolean {
  return (
    rule.length > 0 && rule.length <= keys.length && rule.every((it, index) => it === anyItem || it === keys[index])
  );
}
