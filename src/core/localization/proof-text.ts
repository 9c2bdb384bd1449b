import type { LocalizedImage } from './localize.ts';

const proofs: Readonly<Record<NonNullable<LocalizedImage['proof']>, string>> = {
  content: 'present, has its signed digest',
  present: 'in the registry under its signed digest',
  pinned: 'outside of the configured registries, referred to by its signed digest',
  none: 'no content',
  unproved: '⚠ not proved',
};

/** @returns In a few words, whether what will run is what was signed. */
export function proofText({ proof, pinned }: Pick<LocalizedImage, 'proof' | 'pinned'>): string {
  const words = [
    ...(proof === undefined ? [] : [proofs[proof]]),
    ...(pinned === 'other' ? ['⚠ the reference names another digest than the signed one'] : []),
    ...(pinned === 'tag' ? ['the reference has only a tag, which can be moved'] : []),
  ];
  return words.join('; ');
}
