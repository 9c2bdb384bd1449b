import { isMapping } from '../component/mapping.ts';
import { readDefinitions } from '../controllers/graph-definition.ts';
import { valueAt } from '../values/merge-values.ts';
import { type AddressedResource, imageOf, type LocalizedImage, type LocalizedValue } from './localize.ts';
import { type ComponentPlace, type OciField, ociFields, toOci } from './oci-fields.ts';
import type { Outcome } from './placement.ts';

/** What a ResourceGraphDefinition is previewed with. */
export interface GraphContext extends ComponentPlace {
  /** For people: the path of the resource that holds it. */
  readonly file: string;
  readonly resources: readonly AddressedResource[];
}

/** A definition may be as large as it likes. */
const maxValues = 300;

/**
 * Works out what kro puts into the objects of a ResourceGraphDefinition from the `additionalStatusFields` of its OCM resources
 * (ocm-domain.md 2.4, 5.7). Only fields of `toOCI()` are evaluated; other expressions are named where they use a resource's status.
 */
export function localizeGraph(text: string, context: GraphContext): readonly LocalizedValue[] {
  return (readDefinitions(text) ?? []).flatMap((definition) => localizeDefinition(definition, context));
}

interface Field {
  readonly outcome: Outcome;
  readonly image: LocalizedImage | undefined;
}

function localizeDefinition(definition: unknown, context: GraphContext): readonly LocalizedValue[] {
  const nodes = valueAt(definition, ['spec', 'resources']);
  const objects = (Array.isArray(nodes) ? nodes : []).flatMap((it: unknown) => {
    const id = valueAt(it, ['id']);
    return typeof id === 'string' ? [{ id, template: valueAt(it, ['template']) }] : [];
  });
  const fields = new Map(objects.flatMap(({ id, template }) => fieldsOf(id, template, context)));
  const used = new Set<string>();
  const placed = objects.flatMap(({ id, template }) =>
    textsIn(template, [id]).flatMap(({ path, text }) => placeText(text, { path, fields, used, file: context.file })),
  );
  const unused = [...fields]
    .filter(([name]) => !used.has(name))
    .map(([path, { outcome, image }]) => placedValue({ file: context.file, path, outcome }, image));
  return [...placed, ...unused].slice(0, maxValues);
}

const statusOf = (id: string, name: string): string => `${id}.status.additional.${name}`;

/** @returns By the path under which other objects read it. */
function fieldsOf(id: string, template: unknown, context: GraphContext): readonly (readonly [string, Field])[] {
  const apiVersion = valueAt(template, ['apiVersion']);
  const isResource = typeof apiVersion === 'string' && apiVersion.startsWith('delivery.ocm.software/');
  const additional = valueAt(template, ['spec', 'additionalStatusFields']);
  if (!isResource || !isMapping(additional)) return [];
  const reference = valueAt(template, ['spec', 'resource', 'byReference']);
  const resource = findResource(reference, context.resources);
  const name = valueAt(reference, ['resource', 'name']);
  return Object.entries(additional).map(([key, expression]) => {
    const read = resource && evaluate(expression, resource, context);
    const image = typeof name === 'string' ? graphImage(name, resource, context) : undefined;
    return [statusOf(id, key), { outcome: read ?? computed, image }];
  });
}

const computed: Outcome = { kind: 'computed', by: 'CEL' };

/** A resource of another component version is not looked at here. */
function findResource(reference: unknown, resources: readonly AddressedResource[]): AddressedResource | undefined {
  if (valueAt(reference, ['referencePath']) !== undefined) return undefined;
  const [found, second] = resources.filter(({ name }) => name === valueAt(reference, ['resource', 'name']));
  return second ? undefined : found;
}

const fieldPattern = /^resource\.access(?:\.imageReference)?\.toOCI\(\)\.(\w+)$/;

function evaluate(expression: unknown, { access }: AddressedResource, place: ComponentPlace): Outcome | undefined {
  const [, name] = typeof expression === 'string' ? (fieldPattern.exec(expression.trim()) ?? []) : [];
  const field = ociFields.find((it): it is OciField => it === name);
  const read = field && toOci(access, place);
  return read && { kind: 'value', value: read.fields[field] };
}

function graphImage(name: string, resource: AddressedResource | undefined, place: ComponentPlace): LocalizedImage {
  const read = resource && toOci(resource.access, place);
  return imageOf(name, resource, read && { name: read.text, ...(read.digest && { digest: read.digest }) });
}

interface Placing {
  readonly path: string;
  readonly file: string;
  readonly fields: ReadonlyMap<string, Field>;
  readonly used: Set<string>;
}

const expressionPattern = /\$\{([^{}]*)\}/g;
const statusPattern = /[A-Za-z_]\w*\.status\.additional\.[A-Za-z_]\w*/g;

/** Only texts that use the status of one of the resources are of interest. */
function placeText(text: string, { path, file, fields, used }: Placing): readonly LocalizedValue[] {
  const names = [...text.matchAll(statusPattern)].map(([name]) => name).filter((name) => fields.has(name));
  if (names.length === 0) return [];
  for (const name of names) used.add(name);
  const known = names.flatMap((name) => fields.get(name) ?? []);
  const outcome = substitute(text, fields);
  return [placedValue({ file, path, outcome }, known.find(({ image }) => image)?.image)];
}

function substitute(text: string, fields: Placing['fields']): Outcome {
  let whole = true;
  const value = text.replace(expressionPattern, (_, expression: string) => {
    const name = expression.trim().replace(/^string\(\s*(.*?)\s*\)$/, '$1');
    const outcome = fields.get(name)?.outcome;
    if (outcome?.kind !== 'value') whole = false;
    return outcome?.kind === 'value' ? String(outcome.value) : '';
  });
  return whole && !value.includes('${') ? { kind: 'value', value } : computed;
}

const placedValue = (
  placement: Pick<LocalizedValue, 'file' | 'path' | 'outcome'>,
  image: LocalizedImage | undefined,
): LocalizedValue => ({ ...placement, field: 'expression', ...(image && { image }) });

interface PlacedText {
  readonly path: string;
  readonly text: string;
}

function textsIn(data: unknown, path: readonly string[]): readonly PlacedText[] {
  if (typeof data === 'string') return [{ path: path.join('.'), text: data }];
  if (Array.isArray(data)) return data.flatMap((it, index) => textsIn(it, [...path, String(index)]));
  return isMapping(data) ? Object.entries(data).flatMap(([key, it]) => textsIn(it, [...path, key])) : [];
}
