import { isMapping } from '../component/mapping.ts';
import type { YamlPath } from '../document/strict-yaml.ts';
import type { Finding } from '../failure.ts';
import { showExpression } from './find-expression.ts';
import type { FilledTemplate, Origin } from './splice.ts';

/** What the objects of a set may be. */
export interface OutputRules {
  readonly kinds: readonly string[];
  readonly clusterKinds: readonly string[];
  /** `undefined` for any. */
  readonly namespaces: readonly string[] | undefined;
}

/** Names that Kubernetes takes for most objects (RFC 1123 subdomain). */
const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
/** Names of namespaces (RFC 1123 label). */
const label = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

/**
 * Checks that a rendered file is one object that may be there, and holds nothing that Flux or Kustomize would interpret
 * further: substitution (`${`), bases, encrypted content.
 */
export function checkOutput({ text, value, originOf }: FilledTemplate, rules: OutputRules): readonly Finding[] {
  const findings: Finding[] = [];
  const report = (path: YamlPath, message: string, remedy: string) =>
    findings.push({ place: originOf(path).place, message: `${message}${by(originOf(path))}`, remedy });

  if (!isMapping(value)) {
    report([], `the file is ${nameOf(value)}, not an object`, 'Write one Kubernetes object per file.');
    return findings;
  }
  checkSubstitution(text, value, report);
  if (Object.hasOwn(value, 'sops')) report(['sops'], 'the file would count as encrypted', 'Take the key "sops" away.');
  checkSecret(value, report);
  checkKind(value, rules, report);
  checkMetadata(value, rules, report);
  return findings;
}

/** @returns What the object is, in words that no other object of the cluster shares; `undefined` when it is none. */
export function nameObject({ value }: Pick<FilledTemplate, 'value'>): string | undefined {
  if (!isMapping(value) || !isMapping(value.metadata)) return undefined;
  const { name, namespace } = value.metadata;
  return `${value.kind} ${name}${namespace === undefined ? '' : ` in namespace ${namespace}`} (${value.apiVersion})`;
}

type Report = (path: YamlPath, message: string, remedy: string) => void;

/** @returns What a message says of where a value comes from. */
export const by = ({ expression }: Origin) => (expression === undefined ? '' : ` (from ${showExpression(expression)})`);

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return `the ${typeof value === 'string' ? 'text' : typeof value} ${JSON.stringify(value)}`;
}

/** In the data first, for there it has a place; then in the text, for Flux may substitute in comments too. */
function checkSubstitution(text: string, value: unknown, report: Report): void {
  const remedy = 'Write it without ${, which Flux replaces by variables of the cluster.';
  const found = findText(value, [], (it) => it.includes('${'));
  for (const { path, text: seen } of found) report(path, `${JSON.stringify(seen)} contains \${`, remedy);
  if (found.length === 0 && text.includes('${')) report([], 'a comment contains ${', remedy);
}

function findText(
  value: unknown,
  path: YamlPath,
  wanted: (text: string) => boolean,
): readonly { readonly path: YamlPath; readonly text: string }[] {
  if (typeof value === 'string') return wanted(value) ? [{ path, text: value }] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => findText(item, [...path, index], wanted));
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => [
    ...(wanted(key) ? [{ path: [...path, key], text: key }] : []),
    ...findText(item, [...path, key], wanted),
  ]);
}

/** Whoever may read the repository would read it, for ever. */
function checkSecret(value: Readonly<Record<string, unknown>>, report: Report): void {
  if (value.apiVersion !== 'v1' || value.kind !== 'Secret') return;
  for (const field of ['data', 'stringData']) {
    if (value[field] === undefined) continue;
    report([field], 'the Secret stands in clear', 'Create it in the cluster, and name it here instead.');
  }
}

function checkKind({ apiVersion, kind }: Readonly<Record<string, unknown>>, rules: OutputRules, report: Report): void {
  if (typeof apiVersion !== 'string') report(['apiVersion'], `apiVersion is ${nameOf(apiVersion)}`, 'Write a text.');
  if (typeof kind !== 'string') report(['kind'], `kind is ${nameOf(kind)}`, 'Write a text.');
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return;
  if (apiVersion.startsWith('kustomize.config.k8s.io/')) {
    report(
      ['apiVersion'],
      'Kustomize would interpret the file, and fetch what it names',
      'Write the objects themselves.',
    );
  } else if (![...rules.kinds, ...rules.clusterKinds].includes(`${apiVersion}/${kind}`)) {
    const remedy = `Add ${apiVersion}/${kind} to the kinds in set.yaml, or render another kind.`;
    report(['kind'], `the set may not render a ${kind} of ${apiVersion}`, remedy);
  }
}

function checkMetadata(value: Readonly<Record<string, unknown>>, rules: OutputRules, report: Report): void {
  const { metadata } = value;
  if (!isMapping(metadata)) {
    report(['metadata'], `metadata is ${nameOf(metadata)}`, 'Write a mapping with name and namespace.');
    return;
  }
  const { name, namespace } = metadata;
  if (typeof name !== 'string' || name.length > 253 || !subdomain.test(name)) {
    report(
      ['metadata', 'name'],
      `the name of the object is ${nameOf(name)}, which Kubernetes does not take`,
      'Yield a text of lower-case letters, digits, "-" and "." that begins and ends with a letter or digit.',
    );
  }
  const clusterWide = rules.clusterKinds.includes(`${value.apiVersion}/${value.kind}`);
  if (clusterWide && namespace !== undefined) {
    report(['metadata', 'namespace'], `a ${value.kind} has no namespace`, 'Take the namespace away.');
  }
  if (!clusterWide) checkNamespace(namespace, rules, report);
  for (const field of ['labels', 'annotations']) checkTexts(metadata[field], ['metadata', field], report);
}

function checkNamespace(namespace: unknown, { namespaces }: OutputRules, report: Report): void {
  const path = ['metadata', 'namespace'];
  if (typeof namespace !== 'string' || namespace.length > 63 || !label.test(namespace)) {
    report(path, `the namespace of the object is ${nameOf(namespace)}`, 'Write the name of a namespace.');
  } else if (namespaces !== undefined && !namespaces.includes(namespace)) {
    const remedy = `Use one of ${namespaces.join(', ')}, or add it to the namespaces in set.yaml.`;
    report(path, `the set may not render into the namespace ${namespace}`, remedy);
  }
}

/** Kubernetes refuses labels and annotations that are no texts, and `true` in a template is none. */
function checkTexts(value: unknown, path: YamlPath, report: Report): void {
  if (value === undefined) return;
  if (!isMapping(value)) {
    report(path, `${path.join('.')} is ${nameOf(value)}`, 'Write a mapping of texts.');
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    if (typeof item !== 'string') report([...path, key], `${key} is ${nameOf(item)}`, 'Write a text, in quotes.');
  }
}
