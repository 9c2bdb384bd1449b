import { type Data, dataAt, isDataMap, itemsAt, sameData, textAt, textsAt } from './manifest-data.ts';
import { shortText } from './manifest-text.ts';
import type { ObjectPair, Risk } from './risk-kind.ts';

const groups: ReadonlySet<string> = new Set(['rbac.authorization.k8s.io', 'authorization.openshift.io']);
const roles: ReadonlySet<string> = new Set(['Role', 'ClusterRole']);
const bindings: ReadonlySet<string> = new Set(['RoleBinding', 'ClusterRoleBinding']);

/** Verbs with which one gives oneself more rights: https://kubernetes.io/docs/concepts/security/rbac-good-practices */
const escalating: readonly string[] = ['escalate', 'bind', 'impersonate'];

/** Labels by which a role becomes part of `view`, `edit` or `admin`. */
const aggregation = 'rbac.authorization.k8s.io/aggregate-to-';

/** @returns Roles and bindings that are added or say something else than before, with what is grave in them. */
export function rbacRisks({ group, object, before, after }: ObjectPair): readonly Risk[] {
  if (!after || !groups.has(group)) return [];
  const verb = before ? 'changes' : 'is added';
  const isRole = roles.has(object.kind);
  if (!isRole && !bindings.has(object.kind)) return [];
  const parts = isRole ? rolePart : bindingPart;
  if (before && sameData(parts(before), parts(after))) return [];
  const grave = isRole ? graveRules(after) : graveBinding(after);
  const what = isRole ? 'A role' : 'A binding';
  return [{ kind: 'rbac', detail: `${what} ${verb}${grave.length === 0 ? '' : `: it gives ${grave.join(', ')}`}.` }];
}

const partsOf = (object: Data, keys: readonly string[]): Data => keys.map((key) => dataAt(object, key) ?? null);

function rolePart(object: Data): Data {
  const labels = dataAt(object, 'metadata', 'labels');
  const aggregated = isDataMap(labels) ? [...labels].filter(([key]) => key.startsWith(aggregation)) : [];
  return [...(partsOf(object, ['rules', 'aggregationRule']) as readonly Data[]), new Map(aggregated)];
}

const bindingPart = (object: Data): Data => partsOf(object, ['roleRef', 'subjects']);

/** What of a role reaches furthest, one clause each. */
function graveRules(role: Data): readonly string[] {
  return [...new Set(itemsAt(role, 'rules').flatMap(graveRule))];
}

function graveRule(rule: Data): readonly string[] {
  const verbs = textsAt(rule, 'verbs');
  const resources = textsAt(rule, 'resources');
  const when = (found: boolean, text: string) => (found ? [text] : []);
  const ofCore = textsAt(rule, 'apiGroups').some((it) => it === '' || it === '*');
  return [
    ...when(verbs.includes('*'), 'all verbs (*)'),
    ...when(resources.includes('*'), 'all resources (*)'),
    ...escalating.filter((it) => verbs.includes(it)).map((it) => `the verb ${it}`),
    ...when(ofCore && resources.some((it) => it === 'secrets' || it === '*'), 'access to secrets'),
  ];
}

function graveBinding(binding: Data): readonly string[] {
  const role = textAt(binding, 'roleRef', 'name') ?? '';
  const to = itemsAt(binding, 'subjects').map(
    (it) => `${shortText(textAt(it, 'kind') ?? '')} ${shortText(textAt(it, 'name') ?? '')}`,
  );
  const shown = to.length > 3 ? [...to.slice(0, 3), `${to.length - 3} more`] : to;
  const all = role === 'cluster-admin' ? ' (everything in the cluster)' : '';
  return [`${shortText(role)}${all} to ${shown.length === 0 ? 'nobody' : shown.join(' and ')}`];
}
