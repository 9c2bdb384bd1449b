import type { Placement } from './placement.ts';
import type { Preview, PreviewPart } from './preview.ts';

/** A field of a file, by the path of the resource that the file lies in. */
interface LocalizedField {
  readonly file: string;
  readonly path: string;
}

/**
 * @param parts What the preview was made of, of the same side.
 * @returns The fields that localization replaces; none where the preview could not be made.
 */
export function localizedFields(
  { images }: Pick<Preview, 'images'>,
  side: 'before' | 'after',
  parts: readonly PreviewPart[],
): readonly LocalizedField[] {
  const [only, second] = parts;
  // Of several parts, the preview has the resource in the names already.
  const prefix = only?.kind === 'rules' && !second ? `${only.names.manifests}/` : '';
  return images.flatMap(({ [side]: placed }) => (placed ? [fieldOf(placed, prefix)] : []));
}

function fieldOf({ file, path }: Placement, prefix: string): LocalizedField {
  const steps = `${prefix}${file}`.split('/').filter((it) => it !== '' && it !== '.');
  return { file: steps.join('/'), path };
}
