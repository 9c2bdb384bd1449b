import * as z from 'zod';
import { parseComponentName } from '../core/component/component-name.ts';
import { basePath, branch, componentGlob, folder, gitAddress, list, name, parsed } from './scalars.ts';
import { settingsShape } from './settings.ts';

const providerSchema = z
  .strictObject({
    components: z
      .union([componentGlob, list(componentGlob, 'a list of component names').min(1, 'a list of at least one name')])
      .describe(
        'Whose components these are: `acme.example/*` is everything below, at any depth. Of several providers the most specific counts.',
      ),
    repository: basePath.describe("Base path of the provider's components, appended to the registry.").optional(),
    ...settingsShape,
  })
  .meta({ id: 'provider' });

const environmentSchema = z
  .strictObject({
    path: folder.describe('Folder that the cluster applies; `.` for the whole repository.'),
    repository: gitAddress.describe('The repository, where the environment lives in another one.').optional(),
    branch: branch.describe('The branch, where the environment lives on another one.').optional(),
    after: list(name, 'a list of environments')
      .describe('Environments in which a component version must be healthy before it is proposed here.')
      .optional(),
    ...settingsShape,
  })
  .meta({ id: 'environment' });

const inEnvironmentSchema = z.strictObject(settingsShape).meta({ id: 'applicationInEnvironment' });

export const applicationSchema = z
  .strictObject({
    component: parsed(
      (written) => parseComponentName(written) !== undefined,
      "a component's name such as ocm.software/demos/podinfo",
    ).describe('The component to deploy.'),
    in: z
      .record(name, inEnvironmentSchema.nullable())
      .describe('Environments in which it is deployed, with what differs there. Default: all environments.')
      .optional(),
    ...settingsShape,
  })
  .meta({ id: 'application' });

const peopleSchema = z
  .strictObject({
    users: list(z.string('a user'), 'a list of users').describe('Users of the forge.').optional(),
    teams: list(z.string('a team'), 'a list of teams').describe('Teams of the forge.').optional(),
  })
  .meta({ id: 'people' });

const rolesSchema = z.strictObject({
  operate: peopleSchema.describe('May promote, hold, resume, roll back, skip and rebuild.').optional(),
  emergency: peopleSchema.describe('Of whom two together may override a gate.').optional(),
  trust: peopleSchema.describe('May approve changes of the configuration that loosen keys, roles or gates.').optional(),
});

export const repositorySchema = z.strictObject({
  ...settingsShape,
  providers: z.record(name, providerSchema).describe('Who delivers, and whose signatures count.').optional(),
  environments: z
    .record(name, environmentSchema)
    .describe('Folders that clusters apply. Default: one environment `default` with the path `.`.')
    .optional(),
  applications: z
    .record(name, applicationSchema)
    .describe('What to deploy. An application may have its own file `.consignee/applications/<name>.yaml` instead.')
    .optional(),
  roles: rolesSchema.describe("Who may do what; without it the forge's permissions count.").optional(),
});

export type Provider = Readonly<z.infer<typeof providerSchema>>;
export type Environment = Readonly<z.infer<typeof environmentSchema>>;
export type Application = Readonly<z.infer<typeof applicationSchema>>;
export type TopLevel = Readonly<z.infer<typeof repositorySchema>>;
