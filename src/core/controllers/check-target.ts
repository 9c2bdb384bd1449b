import type { CollectedVersion } from '../component/collected-version.ts';
import { Failure } from '../failure.ts';
import { lookUpResource } from './component-element.ts';
import { checkForOne } from './generation-one.ts';
import { checkForTwo } from './generation-two.ts';
import type { Target } from './target.ts';
import type { TargetCheck } from './unfit.ts';

/**
 * Refuses what was proved here, but what the controllers of the target generation would take for something else: they would never
 * become ready, follow another version, or deploy without verifying.
 *
 * @throws {Failure} `content` or `configuration`, with what is wrong for which generation.
 */
export function refuseUnfit(input: TargetCheck): void {
  const { target, installation, collected } = input;
  const { generation } = target;
  if (generation === undefined) return;
  const required = new Set(installation.verify.map(({ signature }) => signature));
  const signatures = (collected.descriptor?.signatures ?? []).filter(({ name }) => required.has(name));
  const check = { ...input, signatures, versions: versionsOnTheWay(target, collected) };
  const [first] = generation === 1 ? checkForOne(check) : checkForTwo(check);
  if (!first) return;
  const version = collected.descriptor?.version ?? collected.version;
  throw new Failure(first.code, `${collected.component}:${version} ${first.message}`, { remedy: first.remedy });
}

function versionsOnTheWay({ deployments, definition }: Target, root: CollectedVersion): readonly CollectedVersion[] {
  const paths = [...deployments.flatMap(({ resource, configuration }) => [resource, configuration]), definition];
  const found = paths.flatMap((path) => (path === undefined ? [] : (lookUpResource(root, path)?.versions ?? [])));
  return [...new Set([root, ...found])];
}
