import type { Installation } from '../core/installation/installation.ts';
import { type RepositoryState, readTextsStrictly } from './observe-repository.ts';
import type { PassPorts } from './pass.ts';
import { locatePin } from './pin/locate-pin.ts';
import { pinInstallation } from './pin/pin-installation.ts';
import {
  type RenderedInstallation,
  type RenderInstallationInput,
  renderInstallation,
  type ValuesFile,
} from './render-installation.ts';

interface MakeInput extends Omit<RenderInstallationInput, 'values' | 'like' | 'evaluator'> {
  /** The applications repository at the commit that it is made onto. */
  readonly state: RepositoryState;
  readonly ports: Pick<PassPorts, 'forge' | 'evaluator'>;
}

/**
 * Makes everything that a verified component version comes to: renders its manifests, or changes the version in those of people.
 *
 * @throws {Failure} As `renderInstallation` and `pinInstallation`, and `configuration` where there is nothing to pin.
 */
export async function makeInstallation({ state, ports, ...input }: MakeInput): Promise<RenderedInstallation> {
  const { installation, installed } = input;
  const { content } = ports.forge;
  if (installation.manage === 'pin') {
    const located = await locatePin({ installation, state, before: installed?.pinned, content });
    return pinInstallation({ ...input, located });
  }
  const values = await readValuesText(installation, state, ports);
  return renderInstallation({ ...input, values, evaluator: ports.evaluator, like: state.commit });
}

/** @returns The file with people's values, as it is at the state's commit; `unreadable` when it is there and no plain text. */
export async function readValuesText(
  { valuesPath }: Installation,
  { tree }: Pick<RepositoryState, 'tree'>,
  { forge }: Pick<PassPorts, 'forge'>,
): Promise<ValuesFile> {
  const { texts, unreadable } = await readTextsStrictly(forge.content, tree, [valuesPath]);
  return { text: texts.get(valuesPath), unreadable: unreadable.length > 0 };
}
