import type { DiffOptions, ManifestDiff } from '../../core/diff/manifest-diff.ts';
import type { Manifests } from '../../core/diff/manifest-objects.ts';
import { Failure, type FailureCode, type Finding, type Place } from '../../core/failure.ts';
import type { Preview, PreviewInput } from '../../core/localization/preview.ts';
import type { RenderedSet, RenderInput } from '../../core/template/template-set.ts';

/** What the thread is sent, one at a time, once it is ready. */
export type ToWorker =
  | { readonly kind: 'render'; readonly input: RenderInput }
  | {
      readonly kind: 'compare';
      readonly before: Manifests;
      readonly after: Manifests;
      readonly options: DiffOptions | undefined;
    }
  | { readonly kind: 'preview'; readonly input: PreviewInput };

/** What the thread says. */
export type FromWorker = Evaluating | WorkerAnswer;

/** The expression that is about to be evaluated. */
export interface Evaluating {
  readonly kind: 'evaluating';
  readonly expression: string;
  readonly place: Place;
}

export type WorkerAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'rendered'; readonly rendered: RenderedSet }
  | { readonly kind: 'compared'; readonly diff: ManifestDiff }
  | { readonly kind: 'previewed'; readonly preview: Preview }
  | { readonly kind: 'failed'; readonly failure: PackedFailure }
  /** An error of the program. */
  | { readonly kind: 'broken'; readonly stack: string };

/** A `Failure` as data: copies between threads lose what errors have beside their message. */
export interface PackedFailure {
  readonly code: FailureCode;
  readonly message: string;
  readonly remedy: string | undefined;
  readonly place: Place | undefined;
  readonly findings: readonly Finding[];
}

export function packFailure({ code, message, remedy, place, findings }: Failure): PackedFailure {
  return { code, message, remedy, place, findings };
}

export function unpackFailure({ code, message, ...details }: PackedFailure): Failure {
  return new Failure(code, message, details);
}
