import type { RenderedSet, RenderInput } from '../core/template/template-set.ts';

/** Renders template sets where an expression that never ends, or grows without bound, does no harm. */
export interface Evaluator extends AsyncDisposable {
  /** @throws {Failure} `template` for whatever is wrong with the set, with the place; also when it took too long. */
  render(input: RenderInput): Promise<RenderedSet>;
}
