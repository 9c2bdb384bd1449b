import { Failure } from '../../core/failure.ts';
import { floatsOver, pins } from '../../core/pin/read-pin.ts';
import { readRepositoryState } from '../observe-repository.ts';
import { locatePin } from '../pin/locate-pin.ts';
import type { RenderDifference } from './render-differences.ts';
import type { Attempt, Locked, VerifyAt } from './verified-render.ts';

/** The rest of a manifest that only has its version from Consignee is people's, and may be edited after the merge. */
export async function findPinDifferences(
  { installation, lock }: Locked,
  { origin }: Attempt,
  { view, world: { ports, options } }: VerifyAt,
): Promise<readonly RenderDifference[]> {
  const { version, pinned } = lock;
  if (pinned === undefined) return [];
  const { content } = ports.forge;
  const locate = (state: typeof view.state) => locatePin({ installation, state, before: pinned, content });
  try {
    const { path, pin } = await locate(view.state);
    if (pins(pin, version)) return [];
    // An adoption leaves a range as it is; the next pass proposes to pin it.
    const then = floatsOver(pin, version) && (await readRepositoryState(content, origin.sha, options.read));
    if (then && floatsOver((await locate(then)).pin, version)) return [];
    const has = pin.value.kind === 'text' ? `is ${JSON.stringify(pin.value.text)}` : pin.value.why;
    return [{ path, what: 'changed', detail: `${pin.field} ${has}, and the lock file says ${version}` }];
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'configuration') throw error;
    return [{ path: pinned, what: 'changed', detail: error.message }];
  }
}
