import { Failure } from '../../core/failure.ts';

export type ServerKind = 'gitea' | 'forgejo';

/** Which program answers, and how old it is. Forgejo tells which Gitea it is compatible with, too. */
export interface ServerVersion {
  readonly kind: ServerKind;
  /** As the server writes it. */
  readonly text: string;
  /** Major and minor; `undefined` for what is built from source, which counts as newest. */
  readonly number: readonly [number, number] | undefined;
}

/** The oldest that have what the bot needs, and still get their security fixes. */
const oldest: Readonly<Record<ServerKind, readonly [number, number]>> = { gitea: [1, 22], forgejo: [9, 0] };
const names: Readonly<Record<ServerKind, string>> = { gitea: 'Gitea', forgejo: 'Forgejo' };

/**
 * Reads what `/api/v1/version` says: `1.25.1`, `1.26.0+dev-42-gabcdef`, `development`, `11.0.1-99-c504062+gitea-1.22.0`.
 *
 * @throws {Failure} `not-available` for a server that is too old; `configuration` when it is another one than configured.
 */
export function checkServerVersion(text: string, kind: ServerKind, host: string): ServerVersion {
  const found = /^v?(\d{1,4})\.(\d{1,4})(?:[.+~-]|$)/.exec(text);
  const number = found ? ([Number(found[1]), Number(found[2])] as const) : undefined;
  const actual = number === undefined ? kind : kindOf(text, number);
  if (actual !== kind) {
    throw new Failure('configuration', `${host} is ${names[actual]} ${text}, and is configured as ${names[kind]}`, {
      remedy: `Write \`${actual}\` as the kind of forge.`,
    });
  }
  if (number !== undefined && isOlder(number, oldest[kind])) {
    throw new Failure('not-available', `${host} is ${names[kind]} ${text}, which is too old`, {
      remedy: `Update it to ${names[kind]} ${oldest[kind].join('.')} or newer.`,
    });
  }
  return { kind, text, number };
}

/** Gitea never got past 1; Forgejo names the Gitea that it is compatible with. */
function kindOf(text: string, [major]: readonly [number, number]): ServerKind {
  return major > 1 || text.includes('+gitea-') ? 'forgejo' : 'gitea';
}

function isOlder([major, minor]: readonly [number, number], [wantedMajor, wantedMinor]: readonly [number, number]) {
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}
