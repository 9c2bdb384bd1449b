import type { Brand } from '../brand.ts';

/** The name of a component: a DNS domain, then a path, for example `ocm.software/demos/podinfo`. */
export type ComponentName = Brand<string, 'ComponentName'>;

const componentNamePattern =
  /^[a-z][-a-z0-9]*(?:[.][a-z][-a-z0-9]*)*[.][a-z]{2,}(?:\/[a-z][-a-z0-9_]*(?:[.][a-z][-a-z0-9_]*)*)+$/;

/**
 * @returns The name, or `undefined` when `text` is not a component name.
 * @see Open Component Model specification, "Component Identity"; ocm-domain.md 3.1.
 */
export function parseComponentName(text: string): ComponentName | undefined {
  return text.length <= 255 && componentNamePattern.test(text) ? (text as ComponentName) : undefined;
}
