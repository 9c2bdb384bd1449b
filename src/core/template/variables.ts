import type { SignedProjection } from '../component/signed-projection.ts';
import { Failure } from '../failure.ts';
import type { Installation, RequiredVerification } from '../installation/installation.ts';
import { instanceName } from './instance-name.ts';
import type { TemplateVariables } from './template-set.ts';

export interface VariablesInput {
  readonly installation: Installation;
  /** Nothing else of a component descriptor reaches templates. */
  readonly component: SignedProjection;
  /** PEM of the key that verified the version, by signature name. Not needed where the cluster has a secret. */
  readonly keys: ReadonlyMap<string, string>;
  /** The installation's constraint in the spelling that all controllers understand: with commas. */
  readonly versions: string;
  /** Defaults of the component's configuration; `undefined` when it has none. */
  readonly defaults: Readonly<Record<string, unknown>> | undefined;
  /** What is deployed, as `resolveDeployments` gives it. */
  readonly deployments: readonly object[];
  /** The kind of which an instance is rendered. */
  readonly definition: object | undefined;
}

/**
 * Collects what templates can see, as docs/templates.md lists it. What is absent is `null`, so that expressions can ask for it.
 *
 * @throws {Failure} `configuration` when a signature has neither a secret in the cluster nor a key.
 */
export function templateVariables(input: VariablesInput): TemplateVariables {
  const { installation, component, keys, versions, defaults, deployments, definition } = input;
  const { application, environment, path, registry, pullSecret, source, serviceAccount, flux } = installation;
  return {
    application,
    environment: { name: environment, path },
    component,
    instance: instanceName(application, component.version),
    versions,
    registry: { ...registryVariables(registry.inCluster), pullSecret: pullSecret ?? null },
    source: source
      ? {
          ...registryVariables(source.url),
          pullSecret: source.pullSecret ?? null,
          by: source.by ?? 'subscription',
        }
      : null,
    serviceAccount: serviceAccount ?? null,
    deployments,
    // In files that are rendered once. Those with "each" see one after the other.
    deployment: deployments[0] ?? null,
    definition: definition ?? null,
    verify: installation.verify.map((it) => verification(it, keys, installation.name)),
    flux: flux ? { source: flux.source, namespace: flux.namespace } : null,
    values: { path: installation.valuesPath, key: application },
    defaults: defaults ?? null,
  };
}

/** Generation 1 takes the address as it is; generation 2 wants the scheme, and the path apart. */
function registryVariables(url: string) {
  const [, scheme = 'https://', host = '', subPath = ''] = /^(http:\/\/)?([^/]*)\/?(.*)$/.exec(url) ?? [];
  return { url, baseUrl: `${scheme}${host}`, subPath: subPath === '' ? null : subPath };
}

function verification(
  { signature, secret }: RequiredVerification,
  keys: ReadonlyMap<string, string>,
  installation: string,
) {
  if (secret !== undefined) return { signature, secret, publicKey: null };
  const pem = keys.get(signature);
  if (pem !== undefined) return { signature, secret: null, publicKey: Buffer.from(pem).toString('base64') };
  throw new Failure('configuration', `The manifests of ${installation} have no key for the signature ${signature}.`, {
    remedy: `Name the cluster's secret with "secret" at the signature ${signature}, or a "publicKey".`,
  });
}
