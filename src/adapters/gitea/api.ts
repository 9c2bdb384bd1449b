import type { Api, HttpResponse } from 'gitea-js';
import { Failure } from '../../core/failure.ts';
import type { Answer } from './gitea-failure.ts';
import type { Transport } from './transport.ts';

/** One call of the library. */
export type Operation = (api: Api<unknown>) => Promise<HttpResponse<unknown, unknown>>;

export interface ServerAddress {
  /** Where the server lies, without `/api/v1` and without a slash at the end. */
  readonly url: string;
  /** For messages. */
  readonly host: string;
}

/** @throws {Failure} `configuration` for what is no address of a server. */
export function parseServerAddress(text: string): ServerAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!plain || !['http:', 'https:'].includes(url.protocol)) {
    throw new Failure('configuration', `${JSON.stringify(text)} is not the address of a server`, {
      remedy: 'Write it as https://host, with the path under which the server lies, and without credentials.',
    });
  }
  return { url: `${url.origin}${url.pathname.replace(/\/+$/, '')}`, host: url.host };
}

export interface ApiOptions {
  readonly server: ServerAddress;
  /** Asked for each request, so that it can be exchanged. */
  readonly token: () => Promise<string>;
  readonly transport: Transport;
}

/** Makes one call. @returns The answer, whatever its status. */
export type Ask = (operation: Operation) => Promise<Answer>;

/**
 * The library builds addresses and bodies. What comes back is read here: the library would read it without limits, take a page of
 * HTML for an answer, and throw what is no error.
 */
export function createAsk({ server, token, transport }: ApiOptions): Ask {
  const answers = new WeakMap<Response, Answer>();
  let api: Promise<Api<unknown>> | undefined;

  const send: typeof fetch = async (input, init) => {
    const url = parseUrl(String(input));
    const asked = { method: init?.method ?? 'GET', path: `${url.pathname}${url.search}`, host: server.host };
    const body = typeof init?.body === 'string' ? init.body : undefined;
    const headers = {
      accept: 'application/json',
      authorization: `token ${checkToken(await token(), server.host)}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const answer = await transport.send({ asked, url, headers, body });
    const response = new Response(null, { status: answer.status });
    answers.set(response, answer);
    return response;
  };

  async function load(): Promise<Api<unknown>> {
    const { giteaApi } = await import('gitea-js');
    return encoding(giteaApi(server.url, { customFetch: send }));
  }

  return async (operation) => {
    api ??= load();
    const response = await settle(operation(await api));
    const answer = answers.get(response);
    if (!answer) throw new Error('an operation gave back a response that is not its own');
    return answer;
  };
}

/** The library throws the response itself when its status says that something was refused. */
async function settle(call: Promise<HttpResponse<unknown, unknown>>): Promise<Response> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Response) return error;
    throw error;
  }
}

/** All text arguments are parts of a path, and the library puts them there as they are. */
function encoding(api: Api<unknown>): Api<unknown> {
  return new Proxy(api, {
    get: (target, name) => {
      const group: unknown = Reflect.get(target, name);
      return typeof group === 'object' && group !== null ? encodingArguments(group) : group;
    },
  });
}

function encodingArguments(group: object): object {
  return new Proxy(group, {
    get: (target, name) => {
      const operation: unknown = Reflect.get(target, name);
      if (typeof operation !== 'function') return operation;
      return (...words: readonly unknown[]) =>
        Reflect.apply(
          operation,
          target,
          words.map((it) => (typeof it === 'string' ? encodeSegment(it) : it)),
        );
    },
  });
}

/** @returns The text as one segment of a path. Dots alone lead elsewhere, even encoded. */
function encodeSegment(text: string): string {
  if (text === '' || text === '.' || text === '..' || !text.isWellFormed()) {
    throw new Failure('usage', `${JSON.stringify(text)} cannot be a name on a forge`);
  }
  return encodeURIComponent(text);
}

/** A second guard, should an argument not have been encoded. */
function parseUrl(text: string): URL {
  const url = new URL(text);
  if (url.href !== text || url.hash !== '') throw new Error(`the address ${text} is not encoded`);
  return url;
}

function checkToken(token: string, host: string): string {
  if (/^[!-~]+$/.test(token)) return token;
  throw new Failure('configuration', `The token for ${host} is empty or has characters that no token has`, {
    remedy: 'Give the token as the server showed it, without spaces and line ends.',
  });
}
