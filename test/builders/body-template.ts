import { readFileSync } from 'node:fs';
import { parseBodyTemplate } from '../../src/core/pull-request/body-template.ts';

const file = new URL('../../templates/pull-request/body.md', import.meta.url);

/** How pull requests are arranged where a repository does not say. */
export const template = parseBodyTemplate(readFileSync(file, 'utf8'), 'body.md');
