import type { Asked } from './registry-failure.ts';

export interface Request {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** An answer whose body is still to come. It holds a connection until it is disposed of. */
export interface Response extends AsyncDisposable {
  readonly asked: Asked;
  readonly status: number;
  /** @returns The value of a header, several of the same name joined by commas. */
  header(name: string): string | undefined;
  /** In bytes, where it is told. */
  readonly contentLength: number | undefined;
  /** The body as it comes. @throws {Interrupted} When it breaks off. @throws {Failure} When it comes too slowly. */
  chunks(): AsyncIterable<Uint8Array>;
}

export type WholeBody =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  /** What there is, or what was read of it. */
  | { readonly kind: 'too-large'; readonly size: number };

/** @returns The media type of an answer in lower case, without parameters; empty when there is none. */
export function mediaTypeOf(response: Response): string {
  return (response.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
