import type { DefinitionFile } from '../core/schema/object-check.ts';
import type { TemplateFile, TemplateSet } from '../core/template/template-set.ts';

/** What comes with the bot and its operator for rendering. */
export interface TemplateSets {
  /** @throws {Failure} `configuration` when there is no such set or version, naming those there are. */
  readBuiltIn(name: string, version: number): Promise<TemplateSet>;

  /** Reads how the text of a pull request is arranged where the repository does not say. */
  readBodyTemplate(): Promise<TemplateFile>;

  /**
   * Reads the CustomResourceDefinitions that the operator supplies, for all repositories.
   *
   * @throws {Failure} `configuration` when they cannot be read.
   */
  readDefinitions(): Promise<readonly DefinitionFile[]>;
}
