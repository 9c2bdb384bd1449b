import type { Place } from '../core/failure.ts';
import type { RepositoryConfig } from './repository-blocks.ts';
import { effective, findSubject, type LevelName, type Subject } from './setting-levels.ts';
import { settingNames } from './settings.ts';

/** Where an effective value comes from, for `explain --config`. */
export interface ExplainedSetting {
  readonly setting: string;
  /** As written; `undefined` where nothing is set and there is no default. */
  readonly value: unknown;
  /** `undefined` for a default. */
  readonly place: Place | undefined;
  readonly level: LevelName;
}

/**
 * Lists every effective value of one installation with its origin: what belongs to one level only, then the settings.
 *
 * @throws {Failure} `usage` when there is no such installation.
 */
export function explainSettings(
  config: RepositoryConfig,
  environment: string,
  application: string,
): readonly ExplainedSetting[] {
  const subject = findSubject(config, environment, application);
  const settings = settingNames.map((setting): ExplainedSetting => {
    const { value, level, place } = effective(subject.levels, setting);
    return { setting, value, place: place(), level };
  });
  return [...ownKeys(subject), ...settings];
}

function ownKeys({ environment, application, provider }: Subject): readonly ExplainedSetting[] {
  const { path, repository, branch, after } = environment.content;
  const keys: ExplainedSetting[] = [
    {
      setting: 'component',
      value: application.content.component,
      place: application.placeOf('component'),
      level: 'application',
    },
  ];
  for (const [setting, value] of Object.entries({ path, repository, branch, after })) {
    if (value !== undefined) keys.push({ setting, value, place: environment.placeOf(setting), level: 'environment' });
  }
  if (provider) {
    keys.push({ setting: 'provider', value: provider.name, place: provider.block.placeOf(), level: 'provider' });
    const base = provider.block.content.repository;
    const place = provider.block.placeOf('repository');
    if (base) keys.push({ setting: 'provider.repository', value: base, place, level: 'provider' });
  }
  return keys;
}
