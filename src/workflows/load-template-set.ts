import { Failure } from '../core/failure.ts';
import type { Installation } from '../core/installation/installation.ts';
import { configurationFolder } from '../core/installation/places.ts';
import type { DefinitionFile } from '../core/schema/object-check.ts';
import type { TemplateSet } from '../core/template/template-set.ts';
import type { TemplateSets } from '../ports/template-sets.ts';

export interface LoadedTemplateSet {
  readonly set: TemplateSet;
  /** As the lock file names it: `ocm-controller@1`, or the folder's name. */
  readonly label: string;
  /** The files that the repository owns: all of a folder, or what overrides a built-in set. */
  readonly own: readonly [string, string][];
  /** CustomResourceDefinitions that the operator and the repository supply. */
  readonly definitions: readonly DefinitionFile[];
}

/** Brings together the built-in set and what the repository puts in place of single files of it. */
export async function loadTemplateSet(
  { templates }: Installation,
  texts: ReadonlyMap<string, string>,
  sets: TemplateSets,
): Promise<LoadedTemplateSet> {
  const folder = `${configurationFolder}/templates/${templates.name}/`;
  const own = filesBelow(folder, texts);
  const ownFiles = own.map(([path, text]) => [path.slice(folder.length), { text, source: path }] as const);
  const definitions = [...(await sets.readDefinitions()), ...definitionsIn(texts)];
  if (templates.kind === 'folder') {
    if (own.length === 0) {
      throw new Failure('configuration', `There is no template set in ${folder}.`, {
        remedy: 'Add the folder with a set.yaml, or use a built-in set, for example "templates: ocm-controller@1".',
      });
    }
    return { set: { name: templates.name, files: new Map(ownFiles) }, label: templates.name, own, definitions };
  }
  const builtIn = await sets.readBuiltIn(templates.name, templates.version);
  const set = { name: templates.name, files: new Map([...builtIn.files, ...ownFiles]) };
  return { set, label: `${templates.name}@${templates.version}`, own, definitions };
}

const definitionsIn = (texts: Texts): readonly DefinitionFile[] =>
  filesBelow(`${configurationFolder}/crds/`, texts)
    .filter(([path]) => /\.ya?ml$/.test(path))
    .map(([source, text]) => ({ source, text }));

type Texts = ReadonlyMap<string, string>;

/** Many installations use the same set at the same commit. */
const foundBelow = new WeakMap<Texts, Map<string, LoadedTemplateSet['own']>>();

/** @returns Sorted by path. */
function filesBelow(folder: string, texts: Texts): LoadedTemplateSet['own'] {
  const folders = foundBelow.get(texts) ?? new Map<string, LoadedTemplateSet['own']>();
  foundBelow.set(texts, folders);
  const known = folders.get(folder);
  if (known) return known;
  const found = [...texts].filter(([path]) => path.startsWith(folder)).sort(([a], [b]) => (a < b ? -1 : 1));
  folders.set(folder, found);
  return found;
}
