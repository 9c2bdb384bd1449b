/** Longer titles are cut by the forge, and would differ for ever from what they should be. */
const longestTitle = 255;

/** @returns The title as the forge keeps it: of one line, without spaces around it, at most so many bytes of whole characters. */
export function cutTitle(title: string): string {
  const line = title.replaceAll(/\s+/g, ' ').trim();
  let cut = '';
  let bytes = 0;
  for (const character of line) {
    bytes += Buffer.byteLength(character);
    if (bytes > longestTitle) return cut.trimEnd();
    cut += character;
  }
  return cut;
}
