import { parseComponentName } from '../core/component/component-name.ts';
import type {
  ConfiguredInstallation,
  FluxSetting,
  Installation,
  RequiredVerification,
  TemplatesSetting,
  VerificationAnchor,
} from '../core/installation/installation.ts';
import { joinPath } from '../core/installation/places.ts';
import type { Roles } from '../core/installation/roles.ts';
import { configurationFailure } from './configuration-failure.ts';
import { checkInstallations } from './installation-checks.ts';
import { checkOwnership } from './ownership-checks.ts';
import { checkPinSettings } from './pin-checks.ts';
import type { RepositoryConfig } from './repository-blocks.ts';
import { parseDate, parseDuration } from './scalars.ts';
import { effective, effectiveValue, type Subject, subjectsOf } from './setting-levels.ts';
import type { Settings } from './settings.ts';
import { defaultTrustFloor, type TrustFloor } from './trust-floor.ts';
import { unavailableIn } from './unavailable.ts';

/** What the applications repository wants deployed, with every setting resolved. */
export interface ResolvedConfig {
  readonly installations: readonly ConfiguredInstallation[];
  readonly roles: Roles;
}

/**
 * Resolves the settings of every application in every environment.
 *
 * @param options.floor The operator's trust floor; without one, every component needs a required signature.
 * @throws {Failure} `configuration` with everything that is wrong with the resolved settings. What this version cannot do yet is
 *   no error: it stands in `unavailable` of the installations that ask for it.
 */
export function resolveInstallations(
  config: RepositoryConfig,
  { floor = defaultTrustFloor }: { readonly floor?: TrustFloor } = {},
): ResolvedConfig {
  const subjects = subjectsOf(config);
  const findings = [...checkInstallations(subjects, config, floor), ...checkPinSettings(subjects)];
  if (findings.length > 0) throw configurationFailure(findings, 'the repository configuration');
  const resolved = subjects.flatMap((subject) => {
    const installation = resolve(subject);
    return installation ? [{ subject, installation }] : [];
  });
  const clashes = checkOwnership(resolved);
  if (clashes.length > 0) throw configurationFailure(clashes, 'the repository configuration');
  return { installations: resolved.map((it) => it.installation), roles: config.top.content.roles ?? {} };
}

/** @returns `undefined` only where the checks above find fault. */
function resolve(subject: Subject): ConfiguredInstallation | undefined {
  const { environmentName: environment, applicationName: application, levels } = subject;
  const component = parseComponentName(subject.application.content.component);
  const registry = resolveRegistry(effective(levels, 'registry').value, subject.provider?.block.content.repository);
  if (!component || !registry) return undefined;
  const path = subject.environment.content.path === '.' ? '' : subject.environment.content.path;
  return {
    environment,
    application,
    name: `${environment}/${application}`,
    component,
    path,
    registry,
    pullSecret: unlessNone(effective(levels, 'pullSecret').value),
    source: resolveSource(effective(levels, 'source').value),
    serviceAccount: unlessNone(effective(levels, 'serviceAccount').value),
    deploy: effective(levels, 'deploy').value,
    instance: unlessNone(effective(levels, 'instance').value),
    verify: (effective(levels, 'verify').value ?? []).map(resolveVerification),
    manage: effectiveValue(levels, 'manage'),
    templates: resolveTemplates(effectiveValue(levels, 'templates')),
    versions: effectiveValue(levels, 'versions'),
    skip: effectiveValue(levels, 'skip'),
    minimumAgeSeconds: parseDuration(effectiveValue(levels, 'minimumAge')),
    merge: effectiveValue(levels, 'merge'),
    checks: effectiveValue(levels, 'checks'),
    approvals: resolveApprovals(effective(levels, 'approvals').value),
    requireApprovalOn: effectiveValue(levels, 'requireApprovalOn'),
    flux: resolveFlux(effective(levels, 'flux').value),
    valuesPath: joinPath(path, effectiveValue(levels, 'values').replaceAll('{application}', application)),
    unavailable: unavailableIn(subject),
  };
}

function resolveRegistry(written: Settings['registry'], base = ''): Installation['registry'] | undefined {
  if (written === undefined) return undefined;
  const { url, inCluster = url } = typeof written === 'string' ? { url: written } : written;
  return { url: joinPath(url, base), inCluster: joinPath(inCluster, base) };
}

function resolveSource(written: Settings['source']): Installation['source'] {
  if (written === undefined || written === 'none') return undefined;
  const { url, pullSecret, by } = written;
  return { url, pullSecret, by: by === 'component-version' ? by : undefined };
}

function resolveVerification({
  signature,
  secret,
  anyOf,
  ...anchor
}: NonNullable<Settings['verify']>[number]): RequiredVerification {
  return { signature, secret, anyOf: (anyOf ?? [anchor]).flatMap(resolveAnchor) };
}

type WrittenAnchor = NonNullable<NonNullable<Settings['verify']>[number]['anyOf']>[number];

/** @returns Nothing only where the schema finds fault. */
function resolveAnchor({
  publicKey,
  rootCertificate,
  issuer,
  retired,
  revoked,
}: WrittenAnchor): readonly VerificationAnchor[] {
  const term = {
    retired: retired === undefined ? undefined : parseDate(retired),
    revoked: typeof revoked === 'string' ? parseDate(revoked) : revoked,
  };
  if (publicKey !== undefined) return [{ publicKey, ...term }];
  return rootCertificate === undefined ? [] : [{ rootCertificate, issuer, ...term }];
}

function resolveTemplates(written: string): TemplatesSetting {
  const [name = '', version] = written.split('@');
  return version === undefined ? { kind: 'folder', name } : { kind: 'built-in', name, version: Number(version) };
}

function resolveFlux(written: Settings['flux']): FluxSetting | undefined {
  if (written === undefined || written === 'none') return undefined;
  const { kustomizations, source = 'flux-system', namespace = 'flux-system' } = written;
  return { kustomizations: kustomizations === '.' ? '' : kustomizations, source, namespace };
}

function resolveApprovals(written: Settings['approvals']): Installation['approvals'] {
  return written === 'none' ? undefined : written;
}

const unlessNone = (written: string | undefined) => (written === 'none' ? undefined : written);
