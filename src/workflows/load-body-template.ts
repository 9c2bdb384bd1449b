import { configurationFolder } from '../core/installation/places.ts';
import { type BodyTemplate, parseBodyTemplate } from '../core/pull-request/body-template.ts';
import type { TemplateSets } from '../ports/template-sets.ts';

const ownPath = `${configurationFolder}/templates/pull-request/body.md`;

/**
 * Reads how the text of pull requests is arranged: by the repository, or as it comes with the bot.
 *
 * @throws {Failure} `template` with all that is wrong with the repository's.
 */
export async function loadBodyTemplate(
  texts: ReadonlyMap<string, string>,
  sets: Pick<TemplateSets, 'readBodyTemplate'>,
): Promise<BodyTemplate> {
  const own = texts.get(ownPath);
  const { text, source } = own === undefined ? await sets.readBodyTemplate() : { text: own, source: ownPath };
  return parseBodyTemplate(text, source);
}
