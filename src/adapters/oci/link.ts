/**
 * Reads the address of the next page from `Link`.
 *
 * @returns The address as written, or `undefined` when there is no next page.
 * @see RFC 8288, section 3
 */
export function parseNextLink(text: string | undefined): string | undefined {
  for (const [, address = '', parameters = ''] of (text ?? '').matchAll(
    /<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"[^"]*"|[^\s;,"]+))?)*)/g,
  )) {
    const [, quoted, plain] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters) ?? [];
    const relations = (quoted ?? plain ?? '').toLowerCase().split(/\s+/);
    if (relations.includes('next')) return address;
  }
  return undefined;
}
