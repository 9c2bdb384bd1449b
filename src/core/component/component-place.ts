import { type ComponentName, parseComponentName } from './component-name.ts';

/** Where component versions lie. */
export interface ComponentPlace {
  /** Base path before `component-descriptors/`; empty when there is none. */
  readonly basePath: string;
  readonly component: ComponentName;
}

/**
 * @returns What a repository of a registry is to OCM, or `undefined` when it is none of component descriptors.
 * @example parseComponentPlace('software-consumer/component-descriptors/ocm.software/demos/podinfo')
 *   // { basePath: 'software-consumer', component: 'ocm.software/demos/podinfo' }
 */
export function parseComponentPlace(repository: string): ComponentPlace | undefined {
  const [, basePath = '', name = ''] = /^(?:(.+)\/)?component-descriptors\/(.+)$/.exec(repository) ?? [];
  const component = parseComponentName(name);
  return component && { basePath, component };
}
