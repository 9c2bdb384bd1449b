import { admits, isExactPin, parseConstraint } from '../version/constraint.ts';
import { compareVersions, type ParsedVersion, parseVersion, type Version } from '../version/version.ts';
import type { Generation, Pin } from './find-pins.ts';

/** What a controller makes of the field. */
export type PinMeaning =
  /** `verbatim`: it is looked up as it is spelled, not by its value. */
  | { readonly kind: 'exact'; readonly version: ParsedVersion; readonly verbatim: boolean }
  /** The cluster follows what arrives. */
  | { readonly kind: 'range'; readonly admits: (version: Version) => boolean }
  | { readonly kind: 'nonsense'; readonly message: string };

/**
 * Reads the field as the controller of its generation does: a version with all three numbers means itself, and in generation 2 any
 * version does, spelled as it is.
 *
 * @see ocm-domain.md 2.4 and 3.10.1
 */
export function readPin(generation: Generation, text: string): PinMeaning {
  const verbatim = generation === 2 && parseVersion(text) !== undefined;
  const version = parseVersion(text.replace(/^\s*=?\s*/, '').trimEnd());
  if (version && (verbatim || isExactPin(version))) return { kind: 'exact', version, verbatim };
  const parsed = parseConstraint(text);
  if (parsed.kind === 'problem') return { kind: 'nonsense', message: parsed.message };
  const { constraint } = parsed;
  return {
    kind: 'range',
    admits: (it) => {
      const candidate = parseVersion(it);
      return candidate !== undefined && admits(constraint, candidate);
    },
  };
}

/** @returns Whether the object makes its controller take this version and no other. */
export function pins({ generation, value }: Pick<Pin, 'generation' | 'value'>, version: Version): boolean {
  if (value.kind !== 'text') return false;
  const meaning = readPin(generation, value.text);
  if (meaning.kind !== 'exact') return false;
  const { text } = meaning.version;
  return meaning.verbatim ? text === version : withoutPrefix(text) === withoutPrefix(version);
}

/** Of versions with three numbers, the rest of the spelling is the value. */
/** Two spellings of one version differ by a `v` before it at most. */
export const withoutPrefix = (text: string) => text.replace(/^v/, '');

/** @returns Whether the object names a range that the version is in: then the cluster may run it, or something newer. */
export function floatsOver({ generation, value }: Pick<Pin, 'generation' | 'value'>, version: Version): boolean {
  if (value.kind !== 'text') return false;
  const meaning = readPin(generation, value.text);
  return meaning.kind === 'range' && meaning.admits(version);
}

/** @returns Whether the object pins something newer than the version. */
export function pinsNewer({ generation, value }: Pick<Pin, 'generation' | 'value'>, version: Version): boolean {
  const meaning = value.kind === 'text' ? readPin(generation, value.text) : undefined;
  const parsed = parseVersion(version);
  return meaning?.kind === 'exact' && parsed !== undefined && compareVersions(meaning.version, parsed) > 0;
}
