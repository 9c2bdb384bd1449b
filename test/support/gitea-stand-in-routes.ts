import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Deliveries } from './gitea-stand-in-deliveries.ts';
import type { StandInGit } from './gitea-stand-in-git.ts';
import type { Account, GiteaIssue, GiteaState } from './gitea-stand-in-state.ts';

/** One request to the API, and what it can reach. */
export interface Call {
  readonly state: GiteaState;
  readonly git: StandInGit;
  readonly deliveries: Deliveries;
  readonly account: Account;
  /** What stands in the path at the places of the route's groups. */
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  /** Takes in what happened to the branches; whoever wrote is `by`. */
  readonly notice: (by: Account) => Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: string;
  readonly path: RegExp;
  /** Who may; a caller with less is refused with `refusal`. */
  readonly right?: 'write' | 'admin';
  readonly refusal?: string;
  readonly answer: (call: Call) => Answer | Promise<Answer>;
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const done: Answer = { status: 204 };

/** An error as the API words it; Gitea keeps the message of a 500 for its administrators. */
export function refuse({ state }: Pick<Call, 'state'>, status: number, message: string): Answer {
  return { status, body: { message, url: `${state.url}/api/swagger` } };
}

export function notFound({ state }: Pick<Call, 'state'>, errors: readonly string[] | null = null): Answer {
  return { status: 404, body: { errors, message: 'not found', url: `${state.url}/api/swagger` } };
}

const maxItems = 50;
const defaultItems = 30;

/** @returns One page with the headers that lead to the others. A limit beyond the server's own is cut without a word. */
export function page<T>(
  { state, query }: Pick<Call, 'state' | 'query'>,
  path: string,
  all: readonly T[],
  print: (item: T) => unknown,
): Answer {
  const number = Math.max(1, Number(query.get('page') ?? 1));
  const size = Math.min(maxItems, Number(query.get('limit') ?? defaultItems) || defaultItems);
  const last = Math.max(1, Math.ceil(all.length / size));
  const link = (to: number, rel: string) => {
    const parameters = new URLSearchParams(query);
    parameters.set('page', String(to));
    parameters.sort();
    return `<${state.url}${path}?${parameters}>; rel="${rel}"`;
  };
  const links = [
    ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
    ...(number > 1 ? [link(1, 'first'), link(number - 1, 'prev')] : []),
  ];
  return {
    status: 200,
    body: all.slice((number - 1) * size, number * size).map(print),
    headers: { 'x-total-count': String(all.length), ...(links.length === 0 ? {} : { link: links.join(',') }) },
  };
}

export const pathOf = ({ owner, repository }: GiteaState, rest: string): string =>
  `/api/v1/repos/${owner}/${repository}${rest}`;

export function findIssue({ state, params }: Call): GiteaIssue | undefined {
  return state.issues.get(Number(params[0]));
}

/** @returns The text of a field, or `undefined` when it was not sent. */
export function textIn(body: Call['body'], key: string): string | undefined {
  const value = body[key];
  return typeof value === 'string' ? value : undefined;
}

export function listIn(body: Call['body'], key: string): readonly unknown[] | undefined {
  const value = body[key];
  return Array.isArray(value) ? value : undefined;
}

/** @returns Whose token came with the request; `undefined` when it is nobody's. */
export function authenticate({ accounts }: GiteaState, header: string | undefined): Account | undefined | 'anonymous' {
  if (header === undefined) return 'anonymous';
  const [scheme = '', value = ''] = header.split(' ');
  const offered = scheme.toLowerCase() === 'basic' ? Buffer.from(value, 'base64').toString().split(':') : [value];
  return accounts.find(({ token }) => offered.includes(token));
}

export async function readBody(request: IncomingMessage): Promise<Call['body']> {
  const sent = await text(request);
  if (sent === '') return {};
  const parsed: unknown = JSON.parse(sent);
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}
