import { Failure } from '../../core/failure.ts';

/** A request as messages name it. */
export interface Asked {
  readonly method: string;
  /** With its query: no secret stands there. */
  readonly path: string;
  /** The server, as configured. */
  readonly host: string;
}

/** One answer, as the server gave it. */
export interface Answer {
  readonly asked: Asked;
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly bytes: Uint8Array;
}

/** Thrown by one attempt after which it is open whether the server did what was asked. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
  readonly asked: Asked;
  /** Whether another attempt would end the same way. */
  readonly lasting: boolean;

  constructor(
    asked: Asked,
    message: string,
    { lasting = false, cause }: { readonly lasting?: boolean; readonly cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.asked = asked;
    this.lasting = lasting;
  }
}

/** @param what What happened, as the rest of a sentence about the server: `closed the connection`. */
export function unreachable(
  asked: Asked,
  what: string,
  { remedy, cause }: { readonly remedy?: string; readonly cause?: unknown } = {},
): Failure {
  return new Failure('forge-unreachable', describe(asked, what), {
    remedy: remedy ?? `Check that ${asked.host} is up and can be reached from this machine.`,
    cause,
  });
}

/** @returns What an answer that is not one of those expected means for whoever asked. */
export function failureOf(answer: Answer): Failure {
  const { asked, status } = answer;
  const what = `answered with ${status}${quoteMessage(answer)}`;
  if (status === 401) return denied(asked, what, 'Give a token that is valid and has not expired.');
  if (status === 403) {
    return denied(asked, what, 'Give the token the scope that is named, and the account the right to write.');
  }
  if (status === 423) return denied(asked, what, 'Take the repository out of the archive.');
  if (status === 404) return denied(asked, what, 'Check that it still exists, and that the account may see it.');
  if (status === 429) return unreachable(asked, what, { remedy: 'Try again later, or ask for a higher limit.' });
  if (status === 409 || status === 412) return new Failure('forge-conflict', describe(asked, what));
  if (status >= 400 && status < 500) return denied(asked, what, 'Look up in the log of the server why it refused.');
  return unreachable(asked, what, { remedy: 'Look into the log of the server.' });
}

export function denied(asked: Asked, what: string, remedy: string): Failure {
  return new Failure('forge-denied', describe(asked, what), { remedy });
}

function describe({ method, path, host }: Asked, what: string): string {
  return `${host} ${what} (${method} ${path}).`;
}

const longestQuote = 300;

/** @returns What the server says in an error; empty when it says nothing. */
export function messageOf({ bytes, status, header }: Answer): string {
  if (status < 400 || !isJson(header('content-type'))) return '';
  const value = parseJson(bytes);
  const message: unknown =
    typeof value === 'object' && value !== null && 'message' in value ? value.message : undefined;
  return typeof message === 'string' ? quote(message) : '';
}

function quoteMessage(answer: Answer): string {
  const message = messageOf(answer);
  return message === '' ? '' : `: ${message}`;
}

/** Foreign text for a message: in one line, without control characters, cut. */
export function quote(text: string): string {
  const plain = text.replaceAll(/\p{C}+/gu, ' ').trim();
  return plain.length > longestQuote ? `${plain.slice(0, longestQuote)} …` : plain;
}

export function isJson(contentType: string | undefined): boolean {
  return /^application\/json\b/i.test(contentType?.trim() ?? '');
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}
