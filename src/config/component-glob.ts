/** @returns Whether `glob` covers `component`: one name, all names under a prefix at any depth (`acme.example/*`), or all (`*`). */
export function matchesComponent(glob: string, component: string): boolean {
  if (glob === '*') return true;
  return glob.endsWith('/*') ? component.startsWith(glob.slice(0, -1)) : component === glob;
}

/** @returns The larger, the more specific: a full name before any prefix, a longer prefix before a shorter one. */
export function specificity(glob: string): number {
  return glob.includes('*') ? glob.length : glob.length + 1000;
}
