/** What is known of a resource's content beside its digest. It is for people, and decides nothing. */
export interface ContentFacts {
  readonly kind: 'artifact' | 'blob';
  /** `linux/amd64` and the like, in alphabetical order; empty where there are none, or they are not known. */
  readonly platforms: readonly string[];
  /** In bytes, as stored: of an OCI artifact all configs and layers together. */
  readonly size?: number;
}

type ContentWord = 'platforms' | 'size';

type Content = ContentFacts | undefined;

/** Of a blob, a smaller change of its size is none that people look at. */
const considerable = 0.1;

/** @returns What of two contents differs for people. */
export function contentWords(before: Content, after: Content): readonly ContentWord[] {
  if (!before || !after) return [];
  return [
    ...(hasOtherPlatforms(before, after) ? ['platforms' as const] : []),
    ...(hasOtherSize(before, after) ? ['size' as const] : []),
  ];
}

function hasOtherPlatforms({ platforms: before }: ContentFacts, { platforms: after }: ContentFacts): boolean {
  return before.length > 0 && after.length > 0 && before.join() !== after.join();
}

function hasOtherSize(before: ContentFacts, after: ContentFacts): boolean {
  // An artifact and an archive of one are of different sizes by their nature.
  if (before.size === undefined || after.size === undefined || before.kind !== after.kind) return false;
  if (after.kind === 'artifact') return sizeText(before.size) !== sizeText(after.size);
  return Math.abs(after.size - before.size) > before.size * considerable;
}

/** @returns The platforms that an image does not have any more. */
export function lostPlatforms(before: Content, after: Content): readonly string[] {
  if (!before || !after || after.platforms.length === 0) return [];
  return before.platforms.filter((it) => !after.platforms.includes(it));
}

const mebibyte = 1024 * 1024;

/** @returns A size with one decimal: `12.3 MiB`, or `1.2 KiB` below a tenth of a mebibyte. */
export function sizeText(bytes: number): string {
  return bytes < mebibyte / 10 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / mebibyte).toFixed(1)} MiB`;
}
