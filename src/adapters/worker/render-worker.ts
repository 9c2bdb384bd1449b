import { parentPort } from 'node:worker_threads';
import { diffManifests } from '../../core/diff/manifest-diff.ts';
import { Failure, type Place } from '../../core/failure.ts';
import { createObjectCheck, type DefinitionFile, type ObjectCheck } from '../../core/schema/object-check.ts';
import { renderSet } from '../../core/template/render-set.ts';
import { type FromWorker, packFailure, type ToWorker } from './messages.ts';

// The thread that renders and compares. It knows nothing but what is sent to it, and may be ended at any moment.

const post = (message: FromWorker) => parentPort?.postMessage(message);

parentPort?.on('message', (message: ToWorker) => {
  void answer(message).then(post, fail);
});
post({ kind: 'ready' });

function fail(error: unknown): void {
  if (error instanceof Failure) post({ kind: 'failed', failure: packFailure(error) });
  else post({ kind: 'broken', stack: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}

async function answer(message: ToWorker): Promise<FromWorker> {
  switch (message.kind) {
    case 'render': {
      const { input } = message;
      const watch = (expression: string, place: Place) => post({ kind: 'evaluating', expression, place });
      const rendered = renderSet(input, watch, checkOnce);
      return { kind: 'rendered', rendered };
    }
    case 'compare': {
      const { before, after, options } = message;
      return { kind: 'compared', diff: diffManifests(before, after, options) };
    }
    case 'preview': {
      // It checks by JSON schemas, and what does that takes as long to load as all else here.
      const { previewVersion } = await import('../../core/localization/preview.ts');
      return { kind: 'previewed', preview: previewVersion(message.input) };
    }
  }
}

let made: { readonly of: readonly DefinitionFile[]; readonly check: ObjectCheck } | undefined;

/** Compiling schemas takes longer than rendering, and all installations of a repository have the same ones. */
function checkOnce(definitions: readonly DefinitionFile[]): ObjectCheck {
  if (!made || !areSame(made.of, definitions)) made = { of: definitions, check: createObjectCheck(definitions) };
  return made.check;
}

/** They come as copies each time. */
const areSame = (one: readonly DefinitionFile[], other: readonly DefinitionFile[]): boolean =>
  one.length === other.length &&
  one.every(({ source, text }, index) => source === other[index]?.source && text === other[index].text);
