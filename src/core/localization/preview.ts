import type { Mapping } from '../component/mapping.ts';
import { sameData } from '../template/json-data.ts';
import { adviseOnValues, type ValuesAdvice } from '../values/advise.ts';
import { type ConfigRules, readConfigRules } from '../values/config-rules.ts';
import { findBlock, readValuesFile } from '../values/values-file.ts';
import { type ConfiguredValue, configure } from './configure.ts';
import { type AddressedResource, type LocalizedValue, localize } from './localize.ts';
import { type FileNames, type Outcome, type PlacementChange, pairPlacements } from './placement.ts';

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
  readonly before?: PreviewSide;
  readonly after: PreviewSide;
  readonly values: ValuesTexts;
}

/** What is read of one component version. */
export interface PreviewSide {
  /** Names of the resources: they differ between installations. */
  readonly names: { readonly manifests: string; readonly config: string };
  readonly config: ReadText;
  /** Files of the archive with the manifests. */
  readonly manifests: ReadFiles;
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

/** Works out the preview. It holds a provider's data against a provider's schema: call it only where it can be stopped. */
export function previewVersion({ before, after, values }: PreviewInput): Preview {
  const now = readSide(after);
  const old = before && readSide(before);
  const set = { before: readBlock(values, values.before), after: readBlock(values, values.after) };
  const placed = placementsOf(now, set.after.data);
  const installed = old ? placementsOf(old, set.before.data) : { images: [], settings: [] };
  const advice = now.rules && {
    ...adviseOnValues({ values: set.after.data, rules: now.rules, ...(old?.rules && { installed: old.rules }) }),
  };
  return {
    images: pairPlacements(installed.images, placed.images, sameImage),
    settings: pairPlacements(installed.settings, placed.settings, (a, b) => sameOutcome(a.outcome, b.outcome)),
    values: advice ?? { advice: [], notes: [] },
    notes: [...now.notes, ...set.after.notes],
  };
}

interface Side {
  readonly rules: ConfigRules | undefined;
  readonly files: FileNames;
  readonly resources: readonly AddressedResource[];
  readonly notes: readonly string[];
}

function readSide({ names, config, manifests, resources }: PreviewSide): Side {
  const source = `the resource ${names.config}`;
  const files = manifests.kind === 'read' ? new Set(manifests.names) : undefined;
  if (config.kind !== 'read') {
    const why =
      config.kind === 'missing' ? `the component has no resource ${names.config}` : `${source}: ${config.why}`;
    return { rules: undefined, files, resources, notes: noPreview(why).notes };
  }
  const reading = readConfigRules(config.text, source);
  if (reading.kind === 'unreadable') {
    return { rules: undefined, files, resources, notes: noPreview(reading.why).notes };
  }
  const notes = [
    ...reading.rules.problems.map((it) => `In ${source}, ${it}.`),
    ...noteOnManifests(names.manifests, manifests),
  ];
  return { rules: reading.rules, files, resources, notes };
}

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

function placementsOf({ rules, resources, files }: Side, values: Mapping) {
  if (!rules) return { images: [], settings: [] };
  return { images: localize(rules.localization, resources, files), settings: configure(rules, values, files) };
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
