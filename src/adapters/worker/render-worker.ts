import { parentPort } from 'node:worker_threads';
import { Failure } from '../../core/failure.ts';
import { renderSet } from '../../core/template/render-set.ts';
import type { RenderInput } from '../../core/template/template-set.ts';
import { type FromWorker, packFailure } from './messages.ts';

// The thread that renders. It knows nothing but what is sent to it, and may be ended at any moment.

const post = (message: FromWorker) => parentPort?.postMessage(message);

parentPort?.on('message', (input: RenderInput) => {
  try {
    const rendered = renderSet(input, (expression, place) => post({ kind: 'evaluating', expression, place }));
    post({ kind: 'rendered', rendered });
  } catch (error) {
    if (error instanceof Failure) post({ kind: 'failed', failure: packFailure(error) });
    else post({ kind: 'broken', stack: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
post({ kind: 'ready' });
