import type { Json } from './github-description.ts';
import type { Account, GitHubState, Item, Pull } from './github-state.ts';

/** A request whose sender is known. */
export interface Call {
  readonly state: GitHubState;
  readonly actor: Account;
  /** Out of the path, decoded. */
  readonly path: (name: string) => string;
  readonly query: URLSearchParams;
  readonly body: Json;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (call: Call) => Answer | Promise<Answer>;

/** By method and path as described. */
export type Routes = Readonly<Record<string, Handler>>;

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const refuse = (status: number, message: string, errors?: readonly Json[]): Answer => ({
  status,
  body: {
    message,
    documentation_url: 'https://docs.github.com/rest',
    status: String(status),
    ...(errors && { errors }),
  },
});
export const notFound = refuse(404, 'Not Found');

/** One page of a list, with the address of the next, as GitHub cuts it. */
export function page(
  { query, state, path }: Call,
  list: readonly unknown[],
  wrap = (part: readonly unknown[]): unknown => part,
): Answer {
  const size = Number(query.get('per_page') ?? 30);
  const number = Number(query.get('page') ?? 1);
  const next = new URLSearchParams(query);
  next.set('page', String(number + 1));
  const link = `<${state.url}${path('')}?${next}>; rel="next"`;
  const more = list.length > number * size;
  const headers: Readonly<Record<string, string>> = more ? { link } : {};
  return { status: 200, body: wrap(list.slice((number - 1) * size, number * size)), headers };
}

export function findItem({ state, path }: Call, name = 'issue_number'): Item | undefined {
  return state.items.find((it) => it.number === Number(path(name)));
}

export function findPull(call: Call): { readonly item: Item; readonly pull: Pull } | undefined {
  const item = findItem(call, 'pull_number');
  return item?.pull && { item, pull: item.pull };
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
