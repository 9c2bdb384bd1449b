import { Failure } from '../failure.ts';
import type { DeploySetting, Installation } from '../installation/installation.ts';
import type { Generation } from '../pin/find-pins.ts';
import { parseSetFile, setFileName } from '../template/set-file.ts';
import type { TemplateSet } from '../template/template-set.ts';
import { generationOfSetFile } from './generation.ts';

/** What a template set renders for, and what of a component it deploys. */
export interface Target {
  /** `undefined` for a set that renders for neither generation of the OCM controllers. */
  readonly generation: Generation | undefined;
  readonly deployments: readonly PlannedDeployment[];
  /** Path of the resource that defines the kind of the instance. */
  readonly definition: string | undefined;
  /** Whether the component must have what is named; a set of one's own need not use the resources that are there by convention. */
  readonly required: boolean;
}

/** One resource to deploy. Paths are `resource`, or `reference/…/resource`. */
export interface PlannedDeployment {
  readonly resource: string;
  /** Path of the resource with its rules; `undefined` when it is deployed as it is. */
  readonly configuration: string | undefined;
  readonly as: 'kustomize' | 'helm';
}

/** For manifests of people's own, of which at most the generation is known. */
export function targetOfPin(generation: Generation | undefined): Target {
  return { generation, deployments: [], definition: undefined, required: false };
}

/** By convention, as in the walkthrough. */
const conventional: DeploySetting = { resource: 'manifests' };
const conventionalConfiguration = 'config';

/**
 * Works out what of the component is deployed, and how, with the defaults of the generation that the set renders for.
 *
 * @throws {Failure} `configuration` when the settings ask for what that generation does not have, and `template`
 *   when `set.yaml` is wrong, or names kinds of both generations.
 */
export function targetOf(installation: Installation, set: TemplateSet): Target {
  if (installation.manage === 'pin') return targetOfPin(undefined);
  // Without a set.yaml, rendering reports that.
  const file = set.files.get(setFileName);
  const setFile = file && parseSetFile(file);
  const generation = setFile && generationOfSetFile(setFile);
  const { deploy, instance } = installation;
  refuseForeignSettings(installation, generation);
  const items = deploy ?? (instance === undefined ? [conventional] : []);
  return {
    generation,
    deployments: items.map((it) => plan(it, generation)),
    definition: instance,
    required: deploy !== undefined || (setFile?.files.some(({ each }) => each) ?? false),
  };
}

function plan({ resource, configuration, as = 'kustomize' }: DeploySetting, generation: Generation | undefined) {
  const usual = generation === 2 || as === 'helm' ? 'none' : conventionalConfiguration;
  const written = configuration ?? usual;
  return { resource, configuration: written === 'none' ? undefined : written, as };
}

/** @returns Paths of the resources whose content is needed for rendering. */
export function contentPathsOf({ deployments, definition }: Target): readonly string[] {
  const paths = [...deployments.map(({ configuration }) => configuration), definition];
  return [...new Set(paths.filter((it) => it !== undefined))];
}

interface Rule {
  readonly broken: boolean;
  readonly message: string;
  readonly remedy: string;
}

function refuseForeignSettings(installation: Installation, generation: Generation | undefined): void {
  const rules = generation === 2 ? rulesOfTwo(installation) : generation === 1 ? rulesOfOne(installation) : [];
  const found = rules.find(({ broken }) => broken);
  if (!found) return;
  throw new Failure('configuration', `${installation.name}: ${found.message}`, { remedy: found.remedy });
}

function rulesOfOne({ deploy = [], instance, source, pullSecret, serviceAccount }: Installation): readonly Rule[] {
  const byVersion = source?.by === 'component-version';
  return [
    {
      broken: instance !== undefined,
      message: '"instance" is set, and ocm-controller (generation 1) has no instances.',
      remedy: 'Remove "instance", or use the template set ocm-k8s-toolkit.',
    },
    {
      broken: deploy.some(({ as, configuration = 'none' }) => as === 'helm' && configuration !== 'none'),
      message: 'a chart has a "configuration", and ocm-controller takes charts as they are.',
      remedy: 'Remove "configuration" from the item with "as: helm".',
    },
    {
      // It takes the credentials of both registries from repository.secretRef, and never reads destination.secretRef.
      broken: byVersion && serviceAccount === undefined && source.pullSecret !== pullSecret,
      message: 'a ComponentVersion that replicates has one secret for both registries, and two different ones are set.',
      remedy:
        'Name one secret with the credentials of both under "pullSecret" and "source.pullSecret", or set "serviceAccount".',
    },
  ];
}

function rulesOfTwo({ deploy = [], source, serviceAccount }: Installation): readonly Rule[] {
  return [
    {
      broken: deploy.some(({ configuration = 'none' }) => configuration !== 'none'),
      message: '"configuration" is set, which the controllers of generation 2 do not have.',
      remedy: 'Remove "configuration" from the items of "deploy".',
    },
    {
      broken: deploy.some(({ as }) => as === 'helm'),
      message: '"as: helm" is set, and a Deployer of generation 2 applies manifests only.',
      remedy: 'Deploy manifests or a ResourceGraphDefinition that have the chart deployed.',
    },
    {
      broken: source?.by === 'component-version',
      message: '"source.by" is component-version, and in generation 2 a Replication replicates.',
      remedy: 'Remove "by" from "source".',
    },
    {
      broken: serviceAccount !== undefined,
      message: '"serviceAccount" is set, which the controllers of generation 2 do not have.',
      remedy: 'Name the secret with the credentials under "pullSecret".',
    },
  ];
}
