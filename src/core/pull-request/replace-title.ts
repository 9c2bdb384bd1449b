/**
 * Brings up to date what the bot says in the title. What people wrote before and after it stays, for example the `WIP:` by which a
 * forge knows a draft; so does a title that is all theirs.
 *
 * @param ours What `describeTitle` gives now.
 * @param name Of the installation.
 */
export function replaceTitle(existing: string, ours: string, name: string): string {
  const quoted = name.replaceAll(/[^\w/-]/g, '\\$&');
  const before = new RegExp(`(?<!\\S)${quoted} \\S+ (?:→ \\S+|\\((?:installation|configuration)\\))`);
  return existing.replace(before, () => ours);
}
