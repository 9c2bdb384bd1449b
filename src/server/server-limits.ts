/** What one listener puts up with. Times are in milliseconds. */
export interface ServerLimits {
  /** For the headers of a request, from its first byte on. */
  readonly headersTimeout: number;
  /** For a whole request, its body included. */
  readonly requestTimeout: number;
  /** How long a connection may stay open with nothing asked. */
  readonly keepAliveTimeout: number;
  /** How often the time-outs are looked after; Node's own 30 s would make them longer than they say. */
  readonly checkInterval: number;
  readonly maxRequestsPerConnection: number;
  readonly maxConnections: number;
  /** In bytes, all headers of a request together. */
  readonly maxHeaderSize: number;
  readonly maxHeaders: number;
}

/** Node's own are 60 s, 300 s, and any number of connections (reliability.md D-02, B-21). */
export const serverLimits: ServerLimits = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5_000,
  checkInterval: 1_000,
  maxRequestsPerConnection: 100,
  maxConnections: 512,
  maxHeaderSize: 16 * 1024,
  maxHeaders: 64,
};
