import type { DiffOptions, ManifestDiff } from '../core/diff/manifest-diff.ts';
import type { Manifests } from '../core/diff/manifest-objects.ts';
import type { Preview, PreviewInput } from '../core/localization/preview.ts';
import type { RenderedSet, RenderInput } from '../core/template/template-set.ts';

/** Works on what others wrote where something that never ends, or grows without bound, does no harm, and keeps nobody waiting. */
export interface Evaluator extends AsyncDisposable {
  /** @throws {Failure} `template` for whatever is wrong with the set, with the place; also when it took too long. */
  render(input: RenderInput): Promise<RenderedSet>;

  /**
   * As `diffManifests`.
   *
   * @throws {Failure} `content` when it took too long.
   */
  compare(before: Manifests, after: Manifests, options?: DiffOptions): Promise<ManifestDiff>;

  /**
   * As `previewVersion`.
   *
   * @throws {Failure} `content` when it took too long.
   */
  preview(input: PreviewInput): Promise<Preview>;
}
