import { type Data, isDataList, isDataMap, isHidden } from './manifest-data.ts';

const maxLength = 200;

/** How much of what both have in common is shown before the first difference. */
const lead = 40;

/** Control characters, bidirectional controls and zero-width characters: they make text look like what it is not. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** @returns `text` with what cannot be seen written as JSON escapes. */
export function visibleText(text: string): string {
  return text.replace(invisible, (it) =>
    [...it.split('')].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  );
}

/** @returns Text for a sentence: visible, on one line, at most 80 characters. */
export function shortText(text: string): string {
  return cutAt(visibleText(text), 0, 80);
}

/**
 * Two values as JSON on one line, at most 200 characters each. Of long ones that begin alike, the part around the first
 * difference is shown.
 */
export function showPair(
  before: Data | undefined,
  after: Data | undefined,
): { readonly before: string | undefined; readonly after: string | undefined } {
  const one = before === undefined ? undefined : printed(before);
  const other = after === undefined ? undefined : printed(after);
  const start = one !== undefined && other !== undefined ? startOf(one, other) : 0;
  return {
    before: one === undefined ? undefined : cutAt(one, start, maxLength),
    after: other === undefined ? undefined : cutAt(other, start, maxLength),
  };
}

function startOf(one: string, other: string): number {
  let same = 0;
  while (same < one.length && same < other.length && one[same] === other[same]) same++;
  return same < maxLength - lead ? 0 : same - lead;
}

function cutAt(text: string, start: number, length: number): string {
  if (start === 0 && text.length <= length) return text;
  const head = start === 0 ? '' : '…';
  const rest = text.slice(start, start + length - 2);
  // The cut may have gone through a surrogate pair.
  const whole = rest.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
  return `${head}${whole}${start + length - 2 < text.length ? '…' : ''}`;
}

function printed(value: Data): string {
  if (typeof value === 'string') return visibleText(JSON.stringify(value));
  if (isDataList(value)) return `[${value.map(printed).join(',')}]`;
  if (isDataMap(value))
    return `{${[...value].map(([key, it]) => `${visibleText(JSON.stringify(key))}:${printed(it)}`).join(',')}}`;
  return isHidden(value) ? '(hidden)' : String(value);
}
