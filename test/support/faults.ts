import { gzipSync } from 'node:zlib';
import { type Exchange, type Fault, sendError, sendJson, sendText } from './fake-registry.ts';

/** Ways for a registry to fail. */

export const never: Fault = () => undefined;

export const reset: Fault = ({ request }) => {
  request.socket.destroy();
};

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Fault =>
  ({ response }) =>
    sendError(response, code, 'UNKNOWN', headers);

export const html =
  (code = 200): Fault =>
  ({ response }) =>
    sendText(response, '<html>Please sign in</html>', { 'content-type': 'text/html; charset=utf-8' }, code);

export const text =
  (body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Fault =>
  ({ response }) =>
    sendText(response, body, { 'content-type': 'application/json', ...headers });

export const json =
  (value: unknown, headers: Readonly<Record<string, string>> = {}): Fault =>
  ({ response }) =>
    sendJson(response, value, headers);

/** Sends the beginning of what it announces, and then nothing. */
export const stall: Fault = ({ response }) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
  response.write('{"name":');
};

/** Sends the beginning of what it announces, and closes the connection. */
export const truncated: Fault = ({ request, response }) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
  response.write('{"name":', () => request.socket.destroy());
};

/** Sends without end, as fast as it is read. */
export const endless: Fault = ({ request, response }) => {
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
};

/** Sends a byte at a time, often enough not to be idle. */
export const drip: Fault = ({ response }) => {
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
};

export const gzip: Fault = ({ response }) =>
  sendText(response, gzipSync('{"tags":[]}'), { 'content-type': 'application/json', 'content-encoding': 'gzip' });

export const redirect =
  (to: string | ((exchange: Exchange) => string), code = 307): Fault =>
  (exchange) => {
    const location = typeof to === 'string' ? to : to(exchange);
    exchange.response.writeHead(code, { location, 'content-length': 0, 'set-cookie': 'session=hunter2' });
    exchange.response.end();
  };

/** The first `count` requests fail. */
export const first =
  (count: number, fault: Fault): Fault =>
  (exchange) =>
    exchange.count <= count ? fault(exchange) : 'pass';

/** Requests whose path with its query matches fail. */
export const where =
  (pattern: RegExp, fault: Fault): Fault =>
  (exchange) =>
    pattern.test(`${exchange.url.pathname}${exchange.url.search}`) ? fault(exchange) : 'pass';
