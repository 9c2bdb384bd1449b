import type { Finding } from '../core/failure.ts';
import { grouped } from './installation-checks.ts';
import { effectiveValue, type Subject } from './setting-levels.ts';
import type { SettingName } from './settings.ts';

/** What these say is only rendered. */
const renderedOnly: readonly SettingName[] = [
  'templates',
  'deploy',
  'instance',
  'values',
  'flux',
  'pullSecret',
  'serviceAccount',
  'source',
];

/**
 * Finds settings that somebody wrote for an application whose manifests are people's own: they would have no effect. Those of a whole
 * environment or of all applications may be meant for others.
 */
export function checkPinSettings(subjects: readonly Subject[]): readonly Finding[] {
  const pinned = subjects.filter(({ levels }) => effectiveValue(levels, 'manage') === 'pin');
  return renderedOnly.flatMap((setting) =>
    grouped(
      pinned,
      `${setting} has no effect with "manage: pin", but is set for`,
      `Remove "${setting}", or "manage: pin" to have manifests rendered.`,
      ({ levels }) => {
        const own = levels.find(({ level, settings }) => isOwn(level) && settings[setting] !== undefined);
        return own === undefined ? false : own.placeOf(setting);
      },
    ),
  );
}

const isOwn = (level: string) => level === 'application' || level === 'application in environment';
