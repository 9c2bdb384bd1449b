import * as z from 'zod';
import { type RiskKind, riskKinds } from '../core/diff/risk-kind.ts';
import { verifiedCheck } from '../core/pull-request/checks.ts';
import { parseConstraint } from '../core/version/constraint.ts';
import {
  choice,
  clusterRegistryName,
  duration,
  folder,
  list,
  name,
  objectName,
  parsed,
  printable,
  registryName,
  resourcePath,
  text,
  valuesFile,
} from './scalars.ts';
import { verify } from './verification.ts';

/** Template sets that come with the bot. */
const builtInSets = ['ocm-controller', 'ocm-k8s-toolkit'];

/** The bot's own check, which says that the content was verified. */
export const ownCheck = verifiedCheck;

interface DefaultSettings {
  readonly versions: string;
  readonly skip: string[];
  readonly minimumAge: string;
  readonly merge: 'manual' | 'automatic';
  readonly checks: string[];
  readonly requireApprovalOn: RiskKind[];
  readonly manage: 'render' | 'pin';
  readonly templates: string;
  readonly values: string;
}

/** What holds where nobody says otherwise. Settings that are not here have no default. */
export const settingDefaults: DefaultSettings = {
  versions: '*',
  skip: [],
  minimumAge: '0s',
  merge: 'manual',
  checks: [ownCheck],
  requireApprovalOn: [],
  manage: 'render',
  templates: 'ocm-controller@1',
  values: 'values.yaml',
};

const registry = z.union([
  registryName,
  z.strictObject({
    url: registryName.describe('Where the bot reads.'),
    inCluster: clusterRegistryName
      .describe('The same registry as the cluster reaches it. Default: the same as `url`.')
      .optional(),
  }),
]);

const source = z.union([
  z.literal('none', 'none'),
  z.strictObject({
    url: clusterRegistryName.describe("The provider's registry."),
    pullSecret: objectName.describe('Secret in the cluster with the credentials for it.').optional(),
    by: choice(['subscription', 'component-version'])
      .describe(
        'With ocm-controller, what replicates: a ComponentSubscription, which follows `versions` (the default), or the ComponentVersion, which brings the one version that is installed.',
      )
      .optional(),
  }),
]);

const versions = z
  .string('a constraint in quotes such as ">=1.0.0, <2.0.0"')
  .min(1, 'a constraint in quotes such as ">=1.0.0, <2.0.0", or "*" for any')
  .meta({ title: 'a constraint such as ">=1.0.0, <2.0.0"' })
  .check(({ value, issues }) => {
    const result = parseConstraint(value);
    if (result.kind === 'parsed') return;
    const remedy = 'Write a constraint such as ">=1.0.0, <2.0.0".';
    issues.push({
      code: 'custom',
      input: value,
      message: `"${value}" is no constraint: ${result.message}`,
      params: { remedy },
    });
  });

const flux = z.union([
  z.literal('none', 'none'),
  z.strictObject({
    kustomizations: folder.describe('Folder, from the root of the repository, for the Flux Kustomization.'),
    source: objectName.describe('Name of the GitRepository object. Default: `flux-system`.').optional(),
    namespace: objectName.describe('Namespace of both. Default: `flux-system`.').optional(),
  }),
]);

const deployment = z.strictObject({
  resource: resourcePath.describe('What to deploy.'),
  configuration: resourcePath
    .describe(
      'With ocm-controller, the resource with the rules for localization and configuration (ConfigData); `none` deploys the resource as it is. Default: `config`, and `none` with `as: helm`.',
    )
    .optional(),
  as: choice(['kustomize', 'helm']).describe('What the resource is. Default: `kustomize`.').optional(),
});

const approvals = z.union([
  z.literal('none', 'none'),
  z.strictObject({
    count: z.int('a number of people').min(1, 'a number of people, at least 1').describe('How many must approve.'),
    from: list(
      text(
        /^(?:id:[A-Za-z0-9_-]{1,64}|[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)?)$/,
        'the name of a user or team, or id: and the number of an account',
      ),
      'a list of users and teams',
    )
      .min(1, 'a list of at least one user or team')
      .describe(
        'Users and teams whose approval counts; `id:7` names an account that nobody can take over. Write access to the forge is not enough.',
      ),
  }),
]);

const day = '(?:mon|tue|wed|thu|fri|sat|sun)';
const window = z
  .strictObject({
    days: text(new RegExp(`^${day}(?:-${day})?(?:,${day}(?:-${day})?)*$`), 'days such as mon-thu or mon,wed').describe(
      'Days of the week on which the window opens.',
    ),
    from: text(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, 'a time in quotes such as "09:00"').describe('When it opens.'),
    to: text(/^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/, 'a time in quotes such as "16:00"').describe(
      'When it closes; a time before `from` is on the next day.',
    ),
    timezone: parsed(isTimeZone, 'a time zone of the IANA database such as Europe/Berlin, or UTC').describe(
      'IANA time zone of both times.',
    ),
  })
  .check(({ value, issues }) => {
    if (value.from !== value.to) return;
    const remedy = 'Write a later end, or "00:00" and "24:00" for the whole day.';
    issues.push({ code: 'custom', input: value, message: 'the window closes when it opens', params: { remedy } });
  });

function isTimeZone(zone: string): boolean {
  try {
    return /^[A-Z]/.test(zone) && new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

const templates = text(
  new RegExp(
    `^(?:(?:${builtInSets.join('|')})@[1-9][0-9]{0,3}|(?!(?:${builtInSets.join('|')})$)[a-z0-9][a-z0-9-]{0,62})$`,
  ),
  `a built-in set with its version such as ${builtInSets[0]}@1, or the name of a folder under .consignee/templates`,
);

/**
 * Everything that may be set at the top, for a provider, an environment, an application, and an application in an environment.
 * The ids are the names of the definitions in the JSON schemas.
 */
export const settingsShape = {
  registry: registry
    .meta({ id: 'registry', description: 'Where the component versions lie that may be installed. Required.' })
    .optional(),
  pullSecret: objectName
    .meta({
      id: 'pullSecret',
      description: 'Secret in the cluster with which the controllers read the registry; `none` for no secret.',
    })
    .optional(),
  source: source
    .meta({
      id: 'source',
      description: "The provider's registry, from which the cluster replicates; `none` when it does not.",
    })
    .optional(),
  verify: verify
    .meta({
      id: 'verify',
      description: 'Signatures that must all hold. Required, unless the operator allows unsigned components.',
    })
    .optional(),
  serviceAccount: objectName
    .meta({
      id: 'serviceAccount',
      description:
        'With ocm-controller, service account in the cluster whose pull secrets the controllers use; `none` for none.',
    })
    .optional(),
  deploy: list(deployment, 'a list of resources to deploy')
    .min(1, 'a list of at least one resource to deploy')
    .meta({
      id: 'deploy',
      description:
        "Resources to deploy. Default: the resource `manifests`; with `instance`, nothing besides. The first gives its objects the application's name: keep its place.",
    })
    .optional(),
  instance: resourcePath
    .meta({
      id: 'instance',
      description:
        'With ocm-k8s-toolkit, a resource with a ResourceGraphDefinition of kro: it is deployed, and an instance of what it defines is rendered; `none` for none.',
    })
    .optional(),
  versions: versions
    .meta({ id: 'versions', description: 'Versions that may be installed.', default: settingDefaults.versions })
    .optional(),
  skip: list(text(/^v?[0-9][0-9A-Za-z.+-]*$/, 'a version such as 1.2.3'), 'a list of versions')
    .meta({ id: 'skip', description: 'Versions that are never proposed.', default: settingDefaults.skip })
    .optional(),
  minimumAge: duration
    .meta({
      id: 'minimumAge',
      description: 'How long the bot must have seen a version before it proposes it.',
      default: settingDefaults.minimumAge,
    })
    .optional(),
  merge: choice(['manual', 'automatic'])
    .meta({
      id: 'merge',
      description: 'Who merges: a person, or the bot when everything required holds.',
      default: settingDefaults.merge,
    })
    .optional(),
  checks: list(text(printable, 'the name of a check'), 'a list of checks')
    .meta({
      id: 'checks',
      description: 'Checks that must have passed before an automatic merge.',
      default: settingDefaults.checks,
    })
    .optional(),
  manage: choice(['render', 'pin'])
    .meta({
      id: 'manage',
      description: 'What the bot writes: all manifests, or only the version in the one object that is there already.',
      default: settingDefaults.manage,
    })
    .optional(),
  templates: templates
    .meta({ id: 'templates', description: 'Templates of the manifests.', default: settingDefaults.templates })
    .optional(),
  values: valuesFile
    .meta({
      id: 'values',
      description: "File of people's values, relative to the environment's path; `{application}` stands for the name.",
      default: settingDefaults.values,
    })
    .optional(),
  flux: flux
    .meta({
      id: 'flux',
      description: 'Where the Flux Kustomization goes. Without it, or with `none`, no Flux Kustomization is written.',
    })
    .optional(),
  health: name
    .meta({
      id: 'health',
      description: 'Flux connection of the server configuration that reports health, or `none`.',
    })
    .optional(),
  approvals: approvals
    .meta({ id: 'approvals', description: 'Who must approve before the merge; `none` for nobody.' })
    .optional(),
  requireApprovalOn: list(choice(riskKinds), 'a list of kinds of risk')
    .meta({
      id: 'requireApprovalOn',
      description:
        'Kinds of risk on which somebody must approve before the merge, also where `approvals` asks for nobody.',
      default: settingDefaults.requireApprovalOn,
    })
    .optional(),
  soak: duration
    .meta({
      id: 'soak',
      description: 'How long a version must have been Ready in every environment of `after`.',
    })
    .optional(),
  windows: list(window, 'a list of time windows')
    .meta({ id: 'windows', description: 'When the bot may merge; an empty list is always.' })
    .optional(),
};

const settings = z.strictObject(settingsShape);

/** The settings as written at one level. */
export type Settings = Readonly<z.infer<typeof settings>>;
export type SettingName = keyof Settings;

export const settingNames: readonly SettingName[] = settings.keyof().options;
