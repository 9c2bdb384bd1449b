import { Failure } from '../../core/failure.ts';

/** A request as messages name it: never with a query, which may hold tokens and signatures. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  /** As configured. */
  readonly host: string;
}

/** Thrown by one attempt that another may get past: a connection that broke, a server that is busy. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** When the host wants to be asked again, in milliseconds since 1970. */
  readonly pauseUntil: number | undefined;

  constructor(message: string, options: { readonly pauseUntil?: number | undefined; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.pauseUntil = options.pauseUntil;
  }
}

/**
 * @param what What happened, as the rest of a sentence about the registry: `closed the connection`.
 * @returns `registry-unreachable`, naming the host and the request.
 */
export function registryFailure(
  asked: Asked,
  what: string,
  { remedy, cause }: { readonly remedy?: string; readonly cause?: unknown } = {},
): Failure {
  return new Failure('registry-unreachable', describeFailure(asked, what), {
    remedy: remedy ?? 'Check that the registry is up, and its name in the configuration.',
    cause,
  });
}

/** @returns `registry-denied`, naming the host, the request and the setting. @see registryFailure */
export function registryDenied(asked: Asked, what: string): Failure {
  const { host } = asked;
  return new Failure('registry-denied', describeFailure(asked, what), {
    remedy:
      `Give credentials for ${host} that may read this: ` +
      `\`credentials\` of ${host} under \`registries\` in the server configuration, ` +
      'or, to verify without one, those of ~/.ocmconfig or of Docker.',
  });
}

function describeFailure({ method, url, host }: Asked, what: string): string {
  const place = url.host === host ? '' : ` at ${url.host}`;
  return `The registry ${host} ${what} (${method} ${url.pathname}${place}).`;
}

/** Codes of Node and OpenSSL for a certificate or a TLS version that is not taken. */
const tlsCode = /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/;

/** What OpenSSL calls an answer that does not even begin like TLS. */
const noTls: ReadonlySet<string> = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);

const timeouts: ReadonlyMap<string, string> = new Map([
  ['UND_ERR_CONNECT_TIMEOUT', 'took too long to accept a connection'],
  ['UND_ERR_HEADERS_TIMEOUT', 'took too long to answer'],
  ['UND_ERR_BODY_TIMEOUT', 'stopped in the middle of an answer'],
]);

/** Says what an error of the HTTP library means. @returns Never what this program did wrong: that is thrown as it is. */
export function translateError(error: unknown, asked: Asked): Error {
  if (error instanceof Failure || error instanceof Interrupted) return error;
  if (error instanceof Error && error.name === 'HTTPParserError') {
    return new Interrupted('answered with what is no HTTP', { cause: error });
  }
  const code = codeOf(error);
  if (code === undefined) return error instanceof Error ? error : new Error(String(error));
  const reason = reasonOf(error) ?? code;
  if (noTls.has(code)) {
    const remedy =
      `Serve ${asked.host} over https, or read it without TLS where its network may be trusted: \`insecureHttp: true\` ` +
      'for it in the server configuration, `http://` before its name on the command line.';
    return registryFailure(asked, 'speaks no TLS, but was asked over https', { remedy, cause: error });
  }
  if (tlsCode.test(code)) {
    const remedy =
      'Give the certificate authority of the registry, or correct its name; certificates are always checked.';
    return registryFailure(asked, `cannot be trusted: ${reason} (${code})`, { remedy, cause: error });
  }
  const timeout = timeouts.get(code);
  if (timeout !== undefined) return new Interrupted(timeout, { cause: error });
  return new Interrupted(`cannot be reached or broke the connection: ${reason} (${code})`, { cause: error });
}

/** In OpenSSL's own words, where they are its: its messages go on with memory addresses and source files. */
function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('reason' in error && typeof error.reason === 'string') return error.reason;
  return error.message === '' ? undefined : error.message;
}

/** Of an error of the network, the first cause that has one. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof AggregateError && error.errors.length > 0 && !('code' in error)) return codeOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause);
}
