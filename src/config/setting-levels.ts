import { Failure, type Place } from '../core/failure.ts';
import { matchesComponent, specificity } from './component-glob.ts';
import { nearest } from './nearest.ts';
import type { Block, RepositoryConfig } from './repository-blocks.ts';
import type { Application, Environment, Provider } from './repository-schema.ts';
import { type SettingName, type Settings, settingDefaults } from './settings.ts';

/** Where a setting may stand; the later in this list wins. */
export type LevelName = 'default' | 'top' | 'provider' | 'environment' | 'application' | 'application in environment';

interface Level {
  readonly level: LevelName;
  readonly settings: Settings;
  readonly placeOf: (setting: SettingName) => Place | undefined;
}

/** One application in one environment, with the levels that its settings come from, in order. */
export interface Subject {
  readonly environmentName: string;
  readonly environment: Block<Environment>;
  readonly applicationName: string;
  readonly application: Block<Application>;
  readonly provider: { readonly name: string; readonly block: Block<Provider> } | undefined;
  readonly levels: readonly Level[];
}

/** A setting's value as written, and where it comes from. */
export interface Effective<Name extends SettingName> {
  readonly value: Settings[Name];
  readonly level: LevelName;
  /** `undefined` for a default. */
  readonly place: () => Place | undefined;
}

/** The one rule of resolution: the last level that has the setting gives the whole value. */
export function effective<Name extends SettingName>(levels: readonly Level[], setting: Name): Effective<Name> {
  const level = levels.findLast((it) => it.settings[setting] !== undefined);
  if (!level) return { value: undefined, level: 'default', place: () => undefined };
  return { value: level.settings[setting], level: level.level, place: () => level.placeOf(setting) };
}

/** @returns The effective value of a setting that has a default. */
export function effectiveValue<Name extends keyof typeof settingDefaults>(levels: readonly Level[], setting: Name) {
  return effective(levels, setting).value ?? settingDefaults[setting];
}

/** @returns All applications in all their environments, in the order in which the configuration names them. */
export function subjectsOf(config: RepositoryConfig): readonly Subject[] {
  return [...config.environments.keys()].flatMap((environment) =>
    [...config.applications.keys()].flatMap((application) => subjectOf(config, environment, application) ?? []),
  );
}

/** @throws {Failure} `usage` when the configuration has no such installation. */
export function findSubject(config: RepositoryConfig, environment: string, application: string): Subject {
  const subject = subjectOf(config, environment, application);
  if (subject) return subject;
  const wanted = `${environment}/${application}`;
  const names = subjectsOf(config).map((it) => `${it.environmentName}/${it.applicationName}`);
  const meant = nearest(wanted, names);
  const remedy = meant
    ? `Write ${meant}, if you mean that.`
    : `Name one of ${names.slice(0, 10).join(', ') || 'none: there are no installations yet'}.`;
  throw new Failure('usage', `there is no installation ${wanted}`, { remedy });
}

function subjectOf(config: RepositoryConfig, environmentName: string, applicationName: string): Subject | undefined {
  const environment = config.environments.get(environmentName);
  const application = config.applications.get(applicationName);
  if (!environment || !application) return undefined;
  const { in: where } = application.content;
  const here = where && new Map(Object.entries(where));
  if (here && !here.has(environmentName)) return undefined;

  const provider = providerOf(config, application.content.component);
  const levels: Level[] = [{ level: 'default', settings: settingDefaults, placeOf: () => undefined }];
  levels.push({ level: 'top', settings: config.top.content, placeOf: config.top.placeOf });
  if (provider) levels.push({ level: 'provider', settings: provider.block.content, placeOf: provider.block.placeOf });
  levels.push({ level: 'environment', settings: environment.content, placeOf: environment.placeOf });
  levels.push({ level: 'application', settings: application.content, placeOf: application.placeOf });
  levels.push({
    level: 'application in environment',
    settings: here?.get(environmentName) ?? {},
    placeOf: (setting) => application.placeOf('in', environmentName, setting),
  });
  return { environmentName, environment, applicationName, application, provider, levels };
}

/** Of all providers whose names cover the component, the one with the most specific name. */
function providerOf({ providers }: RepositoryConfig, component: string): Subject['provider'] {
  let best: { readonly name: string; readonly block: Block<Provider>; readonly weight: number } | undefined;
  for (const [name, block] of providers) {
    for (const glob of [block.content.components].flat()) {
      if (!matchesComponent(glob, component)) continue;
      const weight = specificity(glob);
      if (best === undefined || weight > best.weight) best = { name, block, weight };
    }
  }
  return best;
}
