import type { TemplateSet } from '../core/template/template-set.ts';

/** The template sets that come with the bot. */
export interface TemplateSets {
  /** @throws {Failure} `configuration` when there is no such set or version, naming those there are. */
  readBuiltIn(name: string, version: number): Promise<TemplateSet>;
}
