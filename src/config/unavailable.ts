import type { Unavailable } from '../core/installation/installation.ts';
import { effective, type Subject } from './setting-levels.ts';
import type { SettingName, Settings } from './settings.ts';

/** Settings that later versions act on: which of their values ask for more than this version does, and what they ask for. */
const laterSettings: { readonly [Name in SettingName]?: Later<NonNullable<Settings[Name]>> } = {
  health: { asked: (value) => value !== 'none', what: 'waiting for health reports from Flux' },
  soak: { asked: (value) => !value.startsWith('0'), what: 'waiting for a soak time' },
  windows: { asked: (value) => value.length > 0, what: 'merging in time windows only' },
};

/** Keys of an environment that later versions act on. */
const laterKeys = {
  after: 'promotion from one environment to the next',
  repository: 'environments in other repositories',
  branch: 'environments on other branches',
} as const;

/** What is parsed and checked, but not acted on yet, by setting or key: for the reference page. */
export const notYetAvailable: ReadonlyMap<string, string> = new Map([
  ...Object.entries(laterKeys),
  ...Object.entries(laterSettings).map(([setting, later]): [string, string] => [setting, later.what]),
]);

interface Later<Value> {
  readonly asked: (value: Value) => boolean;
  readonly what: string;
}

/** @returns What an installation is configured to do that this version cannot do yet, so that it must not go on without it. */
export function unavailableIn(subject: Subject): readonly Unavailable[] {
  const { content, placeOf } = subject.environment;
  const keys = (['after', 'repository', 'branch'] as const)
    .filter((key) => content[key] !== undefined && content[key].length > 0)
    .map((key) => notYet(key, laterKeys[key], placeOf(key)));
  const settings = (['health', 'soak', 'windows'] as const).flatMap(
    (setting) => unavailableSetting(subject, setting) ?? [],
  );
  return [...keys, ...settings];
}

function unavailableSetting<Name extends SettingName>({ levels }: Subject, setting: Name): Unavailable | undefined {
  const { value, place } = effective(levels, setting);
  const later = laterSettings[setting];
  return later && value && later.asked(value) ? notYet(setting, later.what, place()) : undefined;
}

/** @returns The entry for something that is configured, and asks for `what`. */
export function notYet(setting: string, what: string, place: Unavailable['place']): Unavailable {
  return { setting, place, message: `${setting} is set, but ${what} is not yet available in this version` };
}
