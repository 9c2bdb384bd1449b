import * as z from 'zod';

/**
 * A text with a grammar.
 *
 * @param phrase Completes "Write …" in messages, and names the type in the reference page.
 */
export function text(pattern: RegExp, phrase: string) {
  return z.string(phrase).regex(pattern, phrase).meta({ title: phrase });
}

/** A text that `accepts` takes, for grammars that a pattern cannot say; `phrase` as for `text`. */
export function parsed(accepts: (written: string) => boolean, phrase: string) {
  return z
    .string(phrase)
    .check(({ value, issues }) => {
      if (!accepts(value)) issues.push({ code: 'invalid_format', format: 'text', input: value, message: phrase });
    })
    .meta({ title: phrase });
}

/** One of a few words. */
export function choice<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, listOf(words));
}

/** A list; `phrase` as for `text`. */
export function list<Item extends z.ZodType>(item: Item, phrase: string) {
  return z.array(item, phrase).meta({ title: phrase });
}

/** @returns `a`, `a or b`, `a, b or c`. */
export function listOf(words: readonly string[], last = 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** Names that others gave: of signatures, of checks. */
export const printable = /^[!-~](?:[ -~]{0,126}[!-~])?$/;

/** Names of environments, applications, providers and connections: they become branches, files and metric labels. */
export const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
const namePhrase = 'a name of lower-case letters, digits and dashes, at most 63 characters';
export const name = text(namePattern, namePhrase);

/** Paths that lead neither out of the repository nor into its administration, of characters that need no quotes anywhere. */
const pathPattern =
  /^(?:\.|(?!(?:.*\/)?(?:\.{1,2}|\.[gG][iI][tT])(?:\/|$))(?!\.consignee(?:\/|$))[A-Za-z0-9_.@+-]+(?:\/[A-Za-z0-9_.@+-]+)*)$/;
export const folder = text(
  pathPattern,
  'a folder of the repository such as environments/dev (no leading slash, no "..", not .git, not .consignee)',
);

export const keyFile = text(
  /^(?!(?:.*\/)?\.{1,2}(?:\/|$))[A-Za-z0-9_.@+-]+(?:\/[A-Za-z0-9_.@+-]+)*$/,
  'a file under .consignee/ such as keys/release.pub (no leading slash, no "..")',
);

export const valuesFile = text(
  /^(?!(?:.*\/)?(?:\.{1,2}|\.[gG][iI][tT])(?:\/|$))(?!\.consignee\/)(?:[A-Za-z0-9_.@+-]|\{application\})+(?:\/(?:[A-Za-z0-9_.@+-]|\{application\})+)*\.yaml$/,
  "a YAML file under the environment's path such as values.yaml or values/{application}.yaml",
);

const repositoryPath = '[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*';

/** Host and base path, as the OCI distribution specification has repository names. */
export const registryName = text(
  new RegExp(`^[a-z0-9]+(?:[.-]+[a-z0-9]+)*(?::[0-9]{1,5})?(?:\\/${repositoryPath})*$`),
  'a registry without a scheme such as registry.example.org/team',
);

export const hostName = text(
  /^[a-z0-9]+(?:[.-]+[a-z0-9]+)*(?::[0-9]{1,5})?$/,
  'a host without a scheme such as auth.example.org or auth.example.org:8443',
);

export const basePath = text(
  new RegExp(`^${repositoryPath}(?:\\/${repositoryPath})*$`),
  'a path in the registry such as acme or teams/acme',
);

/** What the cluster reads: the scheme is https unless it says otherwise. */
export const clusterRegistryName = text(
  new RegExp(`^(?:http:\\/\\/)?[a-z0-9]+(?:[.-]+[a-z0-9]+)*(?::[0-9]{1,5})?(?:\\/${repositoryPath})*$`),
  'a registry such as registry.example.org/team, with http:// in front where it has no TLS',
);

/** A resource of the component, or of one that it refers to: `resource`, `reference/resource`. */
export const resourcePath = text(
  /^[!-.0-~]{1,128}(?:\/[!-.0-~]{1,128}){0,10}$/,
  'the name of a resource such as manifests, or reference/manifests for a resource of a referenced component',
);

/** Names of Kubernetes objects: RFC 1123 subdomains. */
export const objectName = text(
  /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/,
  'the name of a Kubernetes object: lower-case letters, digits, dashes and dots',
);

const durationPattern = /^(?:0|[1-9][0-9]{0,5})[smhd]$/;
export const duration = text(durationPattern, 'a duration such as 30m, 24h or 7d');

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** @returns Seconds. Expects a text that matches the grammar of durations. */
export function parseDuration(written: string): number {
  return Number(written.slice(0, -1)) * (secondsOf[written.slice(-1)] ?? 0);
}

const datePhrase = 'a date such as 2026-12-01, or a time such as 2026-12-01T12:00:00Z';

/** @returns The moment; a date stands for its beginning in UTC. `undefined` when the text is no date, or names a day that is not. */
export function parseDate(written: string): Date | undefined {
  const parts = datePattern.exec(written);
  if (!parts) return undefined;
  const date = new Date(written);
  const day = new Date(`${parts[1]}T00:00:00Z`);
  const real = !Number.isNaN(date.getTime()) && !Number.isNaN(day.getTime());
  return real && day.toISOString().startsWith(parts[1] ?? '-') ? date : undefined;
}

/** RFC 3339, with the seconds optional. */
const datePattern =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2}))?$/;

export const date = parsed((written) => parseDate(written) !== undefined, datePhrase);

/** Component names under a prefix, at any depth (`acme.example/*`), or one component, or all (`*`). */
export const componentGlob = text(
  /^(?:\*|[a-z][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)*\.[a-z]{2,}(?:\/[a-z][a-z0-9_.-]*)*(?:\/\*)?)$/,
  'component names such as acme.example/*',
);

/** A branch of a git repository, without `refs/heads/`. */
export const branch = text(
  /^(?!.*(?:\.\.|\/\/|\/\.|\.lock(?:\/|$)))[A-Za-z0-9_](?:[A-Za-z0-9._+/-]*[A-Za-z0-9_+-])?$/,
  'a branch such as main',
);

/**
 * Where git finds a repository. User and password must not stand in it: `ssh://git@…` is a user alone, which is no secret.
 */
export const gitAddress = text(
  /^(?!https?:\/\/[^/]*@)(?![a-z+]+:\/\/[^/@]*:[^/@]*@)[^\s-][^\s]*$/,
  'an address for git without user and password, or the path of a repository',
);
