import type { FileSet } from '../repository/commit.ts';
import type { DefinitionFile } from '../schema/object-check.ts';

/** A folder of manifest templates, with overriding files already in place. */
export interface TemplateSet {
  readonly name: string;
  /** By path inside the set: `set.yaml` and the templates it names. */
  readonly files: ReadonlyMap<string, TemplateFile>;
}

export interface TemplateFile {
  readonly text: string;
  /** Where it came from, for messages, for example `.consignee/templates/ocm-controller/deploy.yaml`. */
  readonly source: string;
}

export interface RenderInput {
  readonly set: TemplateSet;
  readonly variables: TemplateVariables;
  readonly folders: OutputFolders;
  /** Of kinds that are rendered; the built-in ones hold where none is given. */
  readonly definitions?: readonly DefinitionFile[];
}

/** What expressions can see. JSON data only; whole numbers reach CEL as integers. */
export type TemplateVariables = Readonly<Record<string, unknown>>;

/** Where files may be written, without a slash at either end. */
export interface OutputFolders {
  /** Folder of the application, owned as a whole: `environments/dev/components/podinfo`. */
  readonly components: string;
  /** Folder for the Flux Kustomization, of which only the rendered files are owned. */
  readonly kustomizations: string | undefined;
}

export interface RenderedSet {
  /** By path in the applications repository. */
  readonly files: FileSet;
  /** What a new installation's block in the values file begins with; `undefined` when the set has none. */
  readonly initialValues: Readonly<Record<string, unknown>> | undefined;
}
