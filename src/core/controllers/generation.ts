import { Failure } from '../failure.ts';
import type { Generation } from '../pin/find-pins.ts';
import { readExpression } from '../template/find-expression.ts';
import { readObjects } from '../template/read-objects.ts';
import type { SetFile } from '../template/set-file.ts';

/**
 * The one kind of each generation that names the version, without which nothing is deployed. Not `Resource`: both define it, in one
 * group, so that a cluster has one of the controllers only.
 */
const namingKinds: ReadonlyMap<string, Generation> = new Map([
  ['delivery.ocm.software/v1alpha1/ComponentVersion', 1],
  ['delivery.ocm.software/v1alpha1/Component', 2],
]);

/**
 * @param kinds As `apiVersion/kind`.
 * @returns The generation whose objects these are; `undefined` when they are neither's.
 * @throws {Failure} `template` when they are of both.
 */
function generationOfKinds(kinds: Iterable<string>): Generation | undefined {
  const [one, other] = new Set([...kinds].flatMap((it) => namingKinds.get(it) ?? []));
  if (other === undefined) return one;
  throw new Failure('template', 'Objects of both generations of the OCM controllers are rendered together.', {
    remedy: 'Render ComponentVersion or Component, for a cluster has only one of the two controllers.',
  });
}

/**
 * @returns The generation that a template set renders for, by the kinds that its `set.yaml` names.
 * @throws {Failure} `template` when it names kinds of both.
 */
export function generationOfSetFile({ kinds, clusterKinds }: SetFile): Generation | undefined {
  const written = [...kinds, ...clusterKinds].map(({ value }) => value);
  return generationOfKinds(written.filter((it) => readExpression(it).kind === 'none'));
}

/** @returns The generation whose objects stand in manifests; `undefined` when they are neither's. */
export function generationOfManifests(texts: Iterable<string>): Generation | undefined {
  const objects = [...texts].flatMap(readObjects);
  return generationOfKinds(objects.map(({ apiVersion, kind }) => `${apiVersion}/${kind}`));
}
