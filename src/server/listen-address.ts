import { Failure } from '../core/failure.ts';

export interface ListenAddress {
  /** Name or number, an IPv6 address without brackets. */
  readonly host: string;
  /** 0 lets the system choose one. */
  readonly port: number;
}

const pattern = /^(?:\[(?<v6>[0-9A-Fa-f:.]+)\]|(?<host>[A-Za-z0-9.-]+)):(?<port>[0-9]{1,5})$/;
const maxPort = 65_535;

/**
 * @param text `host:port`, with an IPv6 address in brackets.
 * @throws {Failure} `configuration` when it is not that.
 * @example parseListenAddress('[::1]:8080') // { host: '::1', port: 8080 }
 */
export function parseListenAddress(text: string): ListenAddress {
  const { v6, host = v6, port } = pattern.exec(text)?.groups ?? {};
  if (host !== undefined && Number(port) <= maxPort) return { host, port: Number(port) };
  throw new Failure('configuration', `"${text}" is no address to listen on`, {
    remedy: 'Write host and port, such as 127.0.0.1:8080.',
  });
}

/** @returns The form that {@link parseListenAddress} reads. */
export function printListenAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
