import type { ConfiguredInstallation, Installation, RequiredVerification, VerificationAnchor } from './installation.ts';
import { configurationFolder } from './places.ts';
import type { People, Roles } from './roles.ts';

/** A repository configuration with the files that it names. */
export interface JudgedConfiguration {
  readonly installations: readonly ConfiguredInstallation[];
  readonly roles: Roles;
  /** By path in the repository. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Something that a change of the configuration takes away from keys, roles or gates. */
export interface Loosening {
  /** An installation, or `roles`. */
  readonly where: string;
  /** A sentence without its end. */
  readonly what: string;
}

/**
 * Finds what a change loosens (design.md 4): a key more, a signature, a term or a gate less, a wider role. What cannot be told counts as
 * loosened. An installation that is new is held against those that deploy the same component in the same folder: another name does not
 * shake off their gates; where there is none, its keys must be keys that count for something already.
 */
export function findLoosened(before: JudgedConfiguration, after: JudgedConfiguration): readonly Loosening[] {
  return [
    ...after.installations.flatMap((it) => {
      const what = loosenedIn(it, before, after.texts);
      return what.map((one) => ({ where: it.name, what: one }));
    }),
    ...widenedRoles(before.roles, after.roles).map((what) => ({ where: 'roles', what })),
  ];
}

function loosenedIn(
  installation: ConfiguredInstallation,
  before: JudgedConfiguration,
  texts: JudgedConfiguration['texts'],
): readonly string[] {
  const same = before.installations.find(({ name }) => name === installation.name);
  const { component, path } = installation;
  const former = same ? [same] : before.installations.filter((it) => it.component === component && it.path === path);
  if (former.length === 0) return newAnchors(installation, before, texts);
  const all = former.flatMap((it) => [
    ...loosenedKeys({ verify: it.verify, texts: before.texts }, { verify: installation.verify, texts }),
    ...loosenedGates(it, installation),
  ]);
  return [...new Set(all)];
}

interface Keys {
  readonly verify: readonly RequiredVerification[];
  readonly texts: ReadonlyMap<string, string>;
}

function newAnchors(
  { verify }: Installation,
  before: JudgedConfiguration,
  texts: JudgedConfiguration['texts'],
): readonly string[] {
  const known = new Map(
    [
      ...Map.groupBy(
        before.installations.flatMap((it) => it.verify),
        ({ signature }) => signature,
      ),
    ].map(([signature, all]) => [signature, all.flatMap(({ anyOf }) => anyOf)] as const),
  );
  return verify.flatMap(({ signature, anyOf }) =>
    loosenedAnchors({ anyOf: known.get(signature) ?? [], texts: before.texts }, { anyOf, texts }, signature),
  );
}

function loosenedKeys(before: Keys, after: Keys): readonly string[] {
  return before.verify.flatMap((required) => {
    const { signature, secret, anyOf } = required;
    const now = after.verify.find((it) => it.signature === signature);
    if (!now) return [`the signature ${signature} is not required any more`];
    const cluster = secret === now.secret ? [] : [`the cluster verifies ${signature} with another secret`];
    const { texts } = after;
    return [...cluster, ...loosenedAnchors({ anyOf, texts: before.texts }, { anyOf: now.anyOf, texts }, signature)];
  });
}

interface Anchors {
  readonly anyOf: readonly VerificationAnchor[];
  readonly texts: ReadonlyMap<string, string>;
}

function loosenedAnchors(before: Anchors, after: Anchors, signature: string): readonly string[] {
  return after.anyOf.flatMap((anchor) => {
    const same = before.anyOf.filter((it) => identityOf(it, before.texts) === identityOf(anchor, after.texts));
    const file = fileOf(anchor);
    if (same.length === 0)
      return [`the signature ${signature} is also admitted by ${file}, which did not count before`];
    // Of several that are the same the one that lasts longest admits.
    const lasts = (of: (it: VerificationAnchor) => number) => same.some((it) => of(it) >= of(anchor));
    return [
      ...(lasts(retiredAt) ? [] : [`${file} is retired later, or not any more`]),
      ...(lasts(revokedAt) ? [] : [`${file} is revoked later, or not any more`]),
    ];
  });
}

/** @returns Where the key or the certificates stand, below the folder of the configuration. */
export const fileOf = (anchor: VerificationAnchor): string =>
  'publicKey' in anchor ? anchor.publicKey : anchor.rootCertificate;

const retiredAt = ({ retired }: VerificationAnchor): number => retired?.getTime() ?? Number.POSITIVE_INFINITY;

function revokedAt({ revoked }: VerificationAnchor): number {
  if (revoked === true) return Number.NEGATIVE_INFINITY;
  return revoked?.getTime() ?? Number.POSITIVE_INFINITY;
}

/** What a key is, not where it lies. A file that is not there is nobody's key. */
function identityOf(anchor: VerificationAnchor, texts: ReadonlyMap<string, string>): string {
  const text = texts.get(`${configurationFolder}/${fileOf(anchor)}`)?.replace(/\s+/g, '') ?? `no ${fileOf(anchor)}`;
  return JSON.stringify('publicKey' in anchor ? ['key', text] : ['roots', text, anchor.issuer ?? '']);
}

/** Settings that this version understands and cannot act on: while they are set, nothing goes on. */
const laterGates = ['after', 'soak', 'windows', 'health'];

function loosenedGates(before: ConfiguredInstallation, after: ConfiguredInstallation): readonly string[] {
  const checks = before.checks.filter((it) => !after.checks.includes(it));
  const risks = before.requireApprovalOn.filter((it) => !after.requireApprovalOn.includes(it));
  const later = before.unavailable.filter(
    ({ setting }) => laterGates.includes(setting) && !after.unavailable.some((it) => it.setting === setting),
  );
  return [
    ...(before.merge === 'manual' && after.merge === 'automatic' ? ['the bot merges by itself'] : []),
    ...checks.map((it) => `a merge does not wait for the check ${it} any more`),
    ...loosenedApprovals(before.approvals, after.approvals),
    ...risks.map((it) => `the risk ${it} needs no approval any more`),
    ...(after.minimumAgeSeconds < before.minimumAgeSeconds ? ['versions are taken at a younger age'] : []),
    ...later.map(({ setting }) => `a merge does not wait for "${setting}" any more`),
  ];
}

function loosenedApprovals(before: Installation['approvals'], after: Installation['approvals']): readonly string[] {
  if (!before) return [];
  if (!after) return ['no approvals are asked for any more'];
  const added = after.from.filter((it) => !before.from.includes(it));
  return [
    ...(after.count < before.count ? [`${after.count} instead of ${before.count} must approve`] : []),
    ...added.map((it) => `${it} may approve`),
  ];
}

const roleNames = ['operate', 'emergency', 'trust'] as const;

function widenedRoles(before: Roles, after: Roles): readonly string[] {
  return roleNames.flatMap((role) => {
    const [old, now] = [before[role], after[role]];
    if (!now) return old ? [`the role ${role} is everybody's with the right on the forge`] : [];
    const had = old ? namesIn(old) : [];
    return namesIn(now)
      .filter((it) => !had.includes(it))
      .map((it) => `${it} has the role ${role}`);
  });
}

const namesIn = ({ users = [], teams = [] }: People): readonly string[] => [
  ...users,
  ...teams.map((it) => `the team ${it}`),
];
