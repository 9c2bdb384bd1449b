import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { explainSettings } from '../../src/config/explain-settings.ts';
import { parseRepositoryConfig } from '../../src/config/repository-config.ts';
import { resolveInstallations } from '../../src/config/resolve-installations.ts';
import { type SettingName, type Settings, settingDefaults, settingNames } from '../../src/config/settings.ts';

/** Three values for each setting, so that levels can differ. */
const samples: { readonly [Name in SettingName]-?: readonly NonNullable<Settings[Name]>[] } = {
  registry: ['a.example.org', { url: 'b.example.org/base' }, { url: 'c.example.org', inCluster: 'd.example.org' }],
  pullSecret: ['one', 'two', 'none'],
  source: ['none', { url: 'a.example.org' }, { url: 'b.example.org', pullSecret: 'secret' }],
  serviceAccount: ['none', 'one', 'two'],
  deploy: [[{ resource: 'a' }], [{ resource: 'b', as: 'helm' }], [{ resource: 'c/d', configuration: 'none' }]],
  instance: ['none', 'graph', 'part/graph'],
  verify: [[], [{ signature: 'a', publicKey: 'a.pub' }], [{ signature: 'b', anyOf: [{ publicKey: 'b.pub' }] }]],
  versions: ['*', '>=1.0.0', '<2.0.0'],
  skip: [[], ['1.0.0'], ['v1.0.0', '2.0.0']],
  minimumAge: ['0s', '30m', '7d'],
  merge: ['manual', 'automatic', 'manual'],
  checks: [[], ['consignee/verified'], ['tests']],
  manage: ['render', 'pin', 'render'],
  templates: ['ocm-controller@1', 'ocm-controller@2', 'own'],
  values: ['values.yaml', 'values/{application}.yaml', 'other.yaml'],
  flux: ['none', { kustomizations: 'clusters/a' }, { kustomizations: 'clusters/b', source: 'apps' }],
  health: ['none', 'flux-a', 'flux-b'],
  approvals: ['none', { count: 1, from: ['ada'] }, { count: 2, from: ['team/a', 'grace'] }],
  requireApprovalOn: [[], ['rbac'], ['deletion', 'rbac']],
  soak: ['0s', '1h', '24h'],
  windows: [
    [],
    [{ days: 'mon', from: '09:00', to: '16:00', timezone: 'UTC' }],
    [{ days: 'tue-thu', from: '22:00', to: '04:00', timezone: 'Europe/Berlin' }],
  ],
};

const levelNames = ['top', 'provider', 'environment', 'application', 'application in environment'] as const;

/** Some of all settings, at one level. */
const someSettings = fc.record(
  Object.fromEntries(settingNames.map((name) => [name, fc.constantFrom<unknown>(...samples[name])])),
  { requiredKeys: [] },
);

/** One setting a line, so that places can be told apart. */
function configText([top, provider, environment, application, here]: readonly Record<string, unknown>[]): string {
  return JSON.stringify(
    {
      ...top,
      providers: { other: { components: '*' }, acme: { components: 'acme.example/*', ...provider } },
      environments: { prod: { path: 'prod', ...environment }, dev: { path: 'dev' } },
      applications: { shop: { component: 'acme.example/web/shop', ...application, in: { prod: here, dev: {} } } },
    },
    undefined,
    1,
  );
}

describe('a setting', () => {
  property.prop([fc.tuple(someSettings, someSettings, someSettings, someSettings, someSettings)])(
    'has the value of the last level that has it, and explains its place',
    (levels) => {
      const text = configText(levels);
      const config = parseRepositoryConfig(new Map([['.consignee/config.yaml', text]]));
      const explained = explainSettings(config, 'prod', 'shop').filter(
        (it) => levelNames.some((name) => name === it.level) || it.level === 'default',
      );
      const lines = text.split('\n');
      for (const setting of settingNames) {
        const last = levels.findLastIndex((it) => setting in it);
        const found = explained.findLast((it) => it.setting === setting);
        if (last < 0) {
          const defaults: Settings = settingDefaults;
          expect(found).toEqual({ setting, value: defaults[setting], place: undefined, level: 'default' });
        } else {
          expect(found).toMatchObject({ level: levelNames[last], value: levels[last]?.[setting] });
          expect(lines[(found?.place?.line ?? 0) - 1]?.trim().startsWith(`"${setting}":`)).toBe(true);
        }
      }
    },
  );

  test.each(settingNames)('%s is accepted at every level', (setting) => {
    const level = { [setting]: samples[setting][1] };
    const config = parseRepositoryConfig(
      new Map([['.consignee/config.yaml', configText([level, level, level, level, level])]]),
    );
    expect(explainSettings(config, 'dev', 'shop').findLast((it) => it.setting === setting)).toMatchObject({
      level: 'application',
    });
  });
});

describe('explaining', () => {
  const config = parseRepositoryConfig(new Map([['.consignee/config.yaml', configText([{}, {}, {}, {}, {}])]]));

  test('an installation that is not there names the nearest', () => {
    expect(() => explainSettings(config, 'prod', 'shpo')).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: 'there is no installation prod/shpo',
        remedy: 'Write prod/shop, if you mean that.',
      }),
    );
  });

  test('begins with what belongs to one level only', () => {
    expect(explainSettings(config, 'prod', 'shop').slice(0, 3)).toMatchObject([
      { setting: 'component', value: 'acme.example/web/shop', level: 'application', place: { line: 20, column: 4 } },
      { setting: 'path', value: 'prod', level: 'environment' },
      { setting: 'provider', value: 'acme', level: 'provider' },
    ]);
  });
});

test('whatever is refused as not yet available is only refused where it is asked for', () => {
  const base = { registry: 'a.example.org', verify: samples.verify[1] };
  const installations = (setting: SettingName, value: unknown) =>
    resolveInstallations(
      parseRepositoryConfig(
        new Map([['.consignee/config.yaml', configText([base, {}, {}, {}, { [setting]: value }])]]),
      ),
    ).installations;
  const refused = settingNames.filter((setting) => {
    const [prod, dev] = installations(
      setting,
      samples[setting][2] === samples[setting][0] ? samples[setting][1] : samples[setting][2],
    );
    expect(dev?.unavailable).toEqual([]);
    expect(prod?.unavailable.map((it) => it.setting)).toEqual(prod?.unavailable.length === 0 ? [] : [setting]);
    return prod?.unavailable.length === 1;
  });
  expect(refused).toEqual(['health', 'soak', 'windows']);
});
