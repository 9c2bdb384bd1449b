import type { Kysely } from 'kysely';
import { type Digest, parseDigest } from '../../core/digest.ts';
import type { Evidence } from '../../core/trust/evidence.ts';
import type { FirstSeen, RegistryMemory, Resolved, TagAddress, Verdict } from '../../ports/store.ts';
import type { Guard } from './guard.ts';
import type { Tables } from './schema.ts';

/** SQLite takes 32,766 values in one statement. */
const rowsPerInsert = 1000;
/** Verdicts under a policy that nobody asks about any more are dropped after this time. */
const keptMilliseconds = 30 * 24 * 60 * 60 * 1000;

/** What registries showed, in tables. */
export function createRegistryMemory(db: Kysely<Tables>, guarded: Guard): RegistryMemory {
  return {
    firstSeen: (registry, component) => guarded(() => readFirstSeen(db, registry, component)),
    recordSeen: (registry, component, tags, at) =>
      guarded(() =>
        insertFirstSeen(
          db,
          [...tags].map(([tag, manifest]) => ({
            ...{ registry, component, tag },
            manifest: manifest ?? null,
            at: at.getTime(),
          })),
        ),
      ),
    resolved: (tag) => guarded(() => readResolved(db, tag)),
    recordResolved: (tag, resolved) => guarded(() => writeResolved(db, tag, resolved)),
    verdict: (tag, policy) => guarded(() => readVerdict(db, tag, policy)),
    recordVerdict: (tag, policy, verdict) => guarded(() => writeVerdict(db, tag, { policy, verdict })),
  };
}

async function readFirstSeen(db: Kysely<Tables>, registry: string, component: string) {
  const rows = await db
    .selectFrom('first_seen')
    .select(['tag', 'manifest', 'at'])
    .where('registry', '=', registry)
    .where('component', '=', component)
    .execute();
  return new Map(
    rows.map(({ tag, manifest, at }): [string, FirstSeen] => [tag, { manifest: digestOf(manifest), at: new Date(at) }]),
  );
}

async function insertFirstSeen(db: Kysely<Tables>, rows: readonly Tables['first_seen'][]): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsPerInsert) {
    await db
      .insertInto('first_seen')
      .values(rows.slice(start, start + rowsPerInsert))
      .onConflict((it) => it.doNothing())
      .execute();
  }
}

async function readResolved(db: Kysely<Tables>, { registry, component, tag }: TagAddress) {
  const row = await db
    .selectFrom('resolved_tags')
    .select(['manifest', 'content', 'at'])
    .where('registry', '=', registry)
    .where('component', '=', component)
    .where('tag', '=', tag)
    .executeTakeFirst();
  const manifest = digestOf(row?.manifest ?? null);
  if (!row || !manifest) return undefined;
  return { manifest, at: new Date(row.at), ...(row.content !== null && { content: row.content }) };
}

async function writeResolved(
  db: Kysely<Tables>,
  { registry, component, tag }: TagAddress,
  { manifest, content, at }: Resolved,
): Promise<void> {
  const resolved = { manifest, content: content ?? null, at: at.getTime() };
  await db
    .insertInto('resolved_tags')
    .values({ registry, component, tag, ...resolved })
    .onConflict((it) =>
      it.columns(['registry', 'component', 'tag']).doUpdateSet(resolved).where('resolved_tags.at', '<=', resolved.at),
    )
    .execute();
}

async function readVerdict(
  db: Kysely<Tables>,
  { registry, component, tag }: TagAddress,
  policy: Digest,
): Promise<Verdict | undefined> {
  const row = await db
    .selectFrom('verdicts')
    .select(['manifest', 'evidence', 'at', 'refusals'])
    .where('registry', '=', registry)
    .where('component', '=', component)
    .where('tag', '=', tag)
    .where('policy', '=', policy)
    .executeTakeFirst();
  const manifest = digestOf(row?.manifest ?? null);
  if (!row || !manifest) return undefined;
  const evidence: Evidence = JSON.parse(row.evidence);
  return { manifest, evidence, at: new Date(row.at), refusals: row.refusals };
}

async function writeVerdict(
  db: Kysely<Tables>,
  { registry, component, tag }: TagAddress,
  { policy, verdict }: { readonly policy: Digest; readonly verdict: Verdict },
): Promise<void> {
  const at = verdict.at.getTime();
  const { manifest, refusals } = verdict;
  const content = { manifest, evidence: JSON.stringify(verdict.evidence), at, refusals };
  await db
    .insertInto('verdicts')
    .values({ registry, component, tag, policy, ...content })
    .onConflict((it) => it.columns(['registry', 'component', 'tag', 'policy']).doUpdateSet(content))
    .execute();
  await db
    .deleteFrom('verdicts')
    .where('registry', '=', registry)
    .where('component', '=', component)
    .where('tag', '=', tag)
    .where('at', '<', at - keptMilliseconds)
    .execute();
}

function digestOf(manifest: string | null): Digest | undefined {
  return manifest === null ? undefined : parseDigest(manifest);
}
