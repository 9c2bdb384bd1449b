import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ByteBudget } from './byte-budget.ts';

export type BodyResult =
  | { readonly kind: 'read'; readonly body: Uint8Array }
  /** More than allowed, or more than there is room for now, or it ended too early. Some of it may be left unread. */
  | { readonly kind: 'too-large' | 'no-room' | 'cut-off' };

/** @returns What the sender says about the length of the body, in bytes; `undefined` when it says nothing. */
function declaredLength({ headers }: IncomingMessage): number | undefined {
  return headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
}

export function hasUnreadBody(incoming: IncomingMessage): boolean {
  if (incoming.readableEnded || incoming.destroyed) return false;
  return incoming.headers['transfer-encoding'] !== undefined || (declaredLength(incoming) ?? 0) > 0;
}

/** Whether the sender waits to be told before it sends the body. */
const waitsForContinue = ({ headers }: IncomingMessage) => headers.expect?.toLowerCase() === '100-continue';

/** Reads a body as it came, nothing decoded. Room is taken from the budget while it arrives, and given back at the end. */
export function readBody(
  { incoming, outgoing }: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse },
  { maxBytes, budget }: { readonly maxBytes: number; readonly budget: ByteBudget },
): Promise<BodyResult> {
  const declared = declaredLength(incoming);
  if (declared !== undefined && declared > maxBytes) return Promise.resolve({ kind: 'too-large' });
  if (incoming.destroyed) return Promise.resolve({ kind: 'cut-off' });
  const room = budget.open();
  if (!room.take(declared ?? 0)) return Promise.resolve({ kind: 'no-room' });
  if (waitsForContinue(incoming)) outgoing.writeContinue();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (result: BodyResult) => {
      incoming.off('data', onData).off('end', onEnd).off('error', onCutOff).off('close', onCutOff);
      // An error that comes later is nobody's any more.
      incoming.on('error', () => {});
      if (result.kind !== 'read') incoming.pause();
      room.close();
      resolve(result);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) return end({ kind: 'too-large' });
      if (declared === undefined && !room.take(chunk.length)) return end({ kind: 'no-room' });
      chunks.push(chunk);
    };
    const onEnd = () => end({ kind: 'read', body: join(chunks) });
    const onCutOff = () => end({ kind: 'cut-off' });
    incoming.on('data', onData).on('end', onEnd).on('error', onCutOff).on('close', onCutOff);
  });
}

/** Most bodies arrive in one piece, which needs no copy. */
function join(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  return first && chunks.length === 1 ? first : Buffer.concat(chunks);
}
