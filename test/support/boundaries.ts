import type { PassPorts } from '../../src/workflows/pass.ts';

/** A write of a pass, by port and method: what it could be killed before or after. */
export type Boundary = (name: string) => Promise<void>;

/** Calls `before` and `after` around every write of a pass. */
export function withBoundaries(
  ports: PassPorts,
  { before = nothing, after = nothing }: { readonly before?: Boundary; readonly after?: Boundary },
): PassPorts {
  const around =
    <Words extends readonly unknown[], Result>(name: string, write: (...words: Words) => Promise<Result>) =>
    async (...words: Words): Promise<Result> => {
      await before(name);
      const result = await write(...words);
      await after(name);
      return result;
    };
  const { forge, store } = ports;
  const { writer, pullRequests, comments, checks } = forge;
  const { registries } = store;
  return {
    ...ports,
    forge: {
      ...forge,
      writer: {
        ...writer,
        writeCommit: around('writeCommit', writer.writeCommit),
        push: around('push', writer.push),
      },
      pullRequests: {
        ...pullRequests,
        open: around('open', pullRequests.open),
        update: around('update', pullRequests.update),
        close: around('close', pullRequests.close),
        merge: around('merge', pullRequests.merge),
      },
      comments: {
        ...comments,
        add: around('comment', comments.add),
        ensure: around('ensureComment', comments.ensure),
      },
      checks: checks && { ...checks, set: around('check', checks.set) },
    },
    store: {
      ...store,
      registries: {
        ...registries,
        recordSeen: around('recordSeen', registries.recordSeen),
        recordResolved: around('recordResolved', registries.recordResolved),
        recordVerdict: around('recordVerdict', registries.recordVerdict),
      },
      recordCommit: around('recordCommit', store.recordCommit),
      recordDecision: around('recordDecision', store.recordDecision),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    },
  };
}

const nothing: Boundary = async () => undefined;
