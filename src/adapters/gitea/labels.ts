import type { Mapping } from '../../core/component/mapping.ts';
import { integerAt, textAt } from './fields.ts';
import { readPages } from './pages.ts';
import type { Site } from './site.ts';

interface Label {
  readonly id: number;
  readonly name: string;
}

const colour = '#5b7fa6';

/** Makes the labels that are missing. @returns The ids by name, in the order of the names. */
export async function ensureLabels(site: Site, names: readonly string[]): Promise<readonly number[]> {
  if (names.length === 0) return [];
  const wanted = [...new Set(names)];
  let present = await readLabels(site);
  const missing = wanted.filter((name) => !present.has(name));
  for (const name of missing) await createLabel(site, name);
  // Two who make one at the same moment get two of the same name: all take the older.
  if (missing.length > 0) present = await readLabels(site);
  return wanted.flatMap((name) => present.get(name) ?? []);
}

async function createLabel(site: Site, name: string): Promise<void> {
  const written = await site.client.write((api) =>
    api.repos.issueCreateLabel(site.owner, site.name, { name, color: colour }),
  );
  if (written.kind === 'done') return;
  if (!(await readLabels(site)).has(name)) throw written.failure;
}

/** @returns The lowest id of each name. Labels of the organisation count, where they can be seen. */
async function readLabels(site: Site): Promise<ReadonlyMap<string, number>> {
  const { owner, name } = site;
  const [ofRepository, ofOrganisation] = await Promise.all([
    readPages(site, { call: (api, page) => api.repos.issueListLabels(owner, name, page), take: labelOf }),
    readPages(site, {
      call: (api, page) => api.orgs.orgListLabels(owner, page),
      take: labelOf,
      // A person has none, and a token may lack the scope for them.
      refusals: [403, 404],
    }),
  ]);
  return lowestIds([...ofRepository.rows, ...ofOrganisation.rows]);
}

function lowestIds(labels: readonly Label[]): ReadonlyMap<string, number> {
  return new Map(labels.toSorted((a, b) => b.id - a.id).map(({ id, name }) => [name, id]));
}

function labelOf(row: Mapping): Label {
  return { id: integerAt(row, 'id'), name: textAt(row, 'name') };
}
