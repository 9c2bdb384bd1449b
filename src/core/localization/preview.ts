import type { Mapping } from '../component/mapping.ts';
import { sameData } from '../template/json-data.ts';
import { adviseOnValues, type ValuesAdvice } from '../values/advise.ts';
import { type ConfigRules, combineRules, readConfigRules } from '../values/config-rules.ts';
import { findBlock, readValuesFile } from '../values/values-file.ts';
import { type ConfiguredValue, configure } from './configure.ts';
import { type GraphContext, localizeGraph } from './graph.ts';
import { type AddressedResource, type LocalizedValue, localize } from './localize.ts';
import { type FileNames, type Outcome, type Placement, type PlacementChange, pairPlacements } from './placement.ts';

/** What the cluster makes of a component version and of people's values, as far as that can be told without a cluster. */
export interface Preview {
  /** What localization puts in place. */
  readonly images: readonly PlacementChange<LocalizedValue>[];
  /** What configuration sets. */
  readonly settings: readonly PlacementChange<ConfiguredValue>[];
  readonly values: ValuesAdvice;
  /** Sentences on what cannot be told. */
  readonly notes: readonly string[];
}

export interface PreviewInput {
  /** The installed version, where there is one that is known. */
  readonly before?: readonly PreviewPart[];
  readonly after: readonly PreviewPart[];
  readonly values: ValuesTexts;
}

/** What is read of a component version for one of the resources that are deployed. */
export type PreviewPart = RulesPart | GraphPart;

/** A definition of kro, or what may be one: generation 2 has no rules. */
export interface GraphPart extends GraphContext {
  readonly kind: 'graph';
  readonly texts: readonly string[];
}

/** Manifests with ConfigData. */
export interface RulesPart {
  readonly kind: 'rules';
  /** Paths of the resources: they differ between installations. */
  readonly names: { readonly manifests: string; readonly config: string };
  readonly config: ReadText;
  /** Files of the archive with the manifests. */
  readonly manifests: ReadFiles;
  /** Those of the component version that has the configuration. */
  readonly resources: readonly AddressedResource[];
}

export type ReadText =
  | { readonly kind: 'read'; readonly text: string }
  | { readonly kind: 'missing' }
  /** A clause. */
  | { readonly kind: 'unread'; readonly why: string };

export type ReadFiles =
  | { readonly kind: 'read'; readonly names: readonly string[] }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unread'; readonly why: string };

/** The file with people's values, on the base branch and as it is proposed. */
export interface ValuesTexts {
  readonly path: string;
  /** Name of the block. */
  readonly application: string;
  /** `undefined` when there is none. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Whether it is there, and no plain text. */
  readonly unreadable: boolean;
}

/** Works out the preview. It holds people's values against a provider's schema: call it only where it can be stopped. */
export function previewVersion({ before = [], after, values }: PreviewInput): Preview {
  const [old, now] = [before.map(readPart), after.map(readPart)];
  const set = { before: readBlock(values, values.before), after: readBlock(values, values.after) };
  const placed = placementsOf(now, set.after.data);
  const installed = placementsOf(old, set.before.data);
  return {
    images: pairPlacements(installed.images, placed.images, sameImage),
    settings: pairPlacements(installed.settings, placed.settings, (a, b) => sameOutcome(a.outcome, b.outcome)),
    values: adviceOn(set.after.data, rulesOf(now), rulesOf(old)),
    notes: [...new Set(now.flatMap(({ notes }) => notes)), ...(rulesOf(now).length > 0 ? set.after.notes : [])],
  };
}

function adviceOn(values: Mapping, rules: readonly ConfigRules[], installed: readonly ConfigRules[]): ValuesAdvice {
  if (rules.length === 0) return { advice: [], notes: [] };
  return adviseOnValues({
    values,
    rules: combineRules(rules),
    ...(installed.length > 0 && { installed: combineRules(installed) }),
  });
}

interface Part {
  readonly graph?: GraphPart;
  readonly rules: ConfigRules | undefined;
  readonly files: FileNames;
  readonly resources: readonly AddressedResource[];
  /** Put before names of files, where there are several archives. */
  readonly prefix: string;
  readonly notes: readonly string[];
}

function readPart(part: PreviewPart, _: number, all: readonly PreviewPart[]): Part {
  if (part.kind === 'rules') return readRules(part, all.length > 1 ? `${part.names.manifests}/` : '');
  return { graph: part, rules: undefined, files: undefined, resources: part.resources, prefix: '', notes: [] };
}

function readRules(part: RulesPart, prefix: string): Part {
  const { names, config, manifests, resources } = part;
  const source = `the resource ${names.config}`;
  const files = manifests.kind === 'read' ? new Set(manifests.names) : undefined;
  const shared = { files, resources, prefix };
  if (config.kind !== 'read') {
    const why =
      config.kind === 'missing'
        ? `the component has no resource ${names.config}, or several`
        : `${source}: ${config.why}`;
    return { ...shared, rules: undefined, notes: noPreview(why).notes };
  }
  const reading = readConfigRules(config.text, source);
  if (reading.kind === 'unreadable') return { ...shared, rules: undefined, notes: noPreview(reading.why).notes };
  const notes = [
    ...reading.rules.problems.map((it) => `In ${source}, ${it}.`),
    ...noteOnManifests(names.manifests, manifests),
  ];
  return { ...shared, rules: reading.rules, notes };
}

/** Several resources may share one configuration. */
const rulesOf = (parts: readonly Part[]): readonly ConfigRules[] => parts.flatMap(({ rules }) => rules ?? []);

function noteOnManifests(name: string, manifests: ReadFiles): readonly string[] {
  switch (manifests.kind) {
    case 'read':
      return [];
    case 'missing':
      return [`The component has no resource ${name} that rules could write to.`];
    case 'unread':
      return [`Whether the resource ${name} has the files that rules write to cannot be told: ${manifests.why}.`];
  }
}

const notText = { kind: 'left-alone', because: 'it is no plain text in UTF-8' } as const;

interface Block {
  readonly data: Mapping;
  readonly notes: readonly string[];
}

function readBlock({ path, application, unreadable }: ValuesTexts, text: string | undefined): Block {
  const file = unreadable ? notText : readValuesFile(text ?? '');
  const block = file.kind === 'left-alone' ? file : findBlock(file, application);
  if (block.kind !== 'left-alone') return { data: block.kind === 'none' ? {} : block.data, notes: [] };
  return { data: {}, notes: [`The values in ${path} are not looked at, because ${block.because}.`] };
}

function placementsOf(parts: readonly Part[], values: Mapping) {
  const images = parts.flatMap(({ graph, rules, resources, files, prefix }) => [
    ...localize(rules?.localization ?? [], resources, files).map((it) => inArchive(it, prefix)),
    ...(graph?.texts ?? []).flatMap((text) => (graph ? localizeGraph(text, graph) : [])),
  ]);
  const settings = parts.flatMap(({ rules, files, prefix }) =>
    rules ? configure(rules, values, files).map((it) => inArchive(it, prefix)) : [],
  );
  return { images, settings };
}

function inArchive<Kind extends Placement>(placement: Kind, prefix: string): Kind {
  return { ...placement, file: `${prefix}${placement.file}` };
}

/** @returns A preview that says only why there is none. `why` is a clause. */
export function noPreview(why: string): Preview {
  const values = { advice: [], notes: [] };
  return { images: [], settings: [], values, notes: [`What is put into the manifests cannot be told: ${why}.`] };
}

/** Neither proof nor what was signed of the installed version is known here: what counts is what the cluster gets. */
function sameImage(a: LocalizedValue, b: LocalizedValue): boolean {
  const same = a.image?.reference === b.image?.reference && a.image?.signedDigest === b.image?.signedDigest;
  return same && sameOutcome(a.outcome, b.outcome);
}

const sameOutcome = (a: Outcome, b: Outcome): boolean => sameData(a, b);
