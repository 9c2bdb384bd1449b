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
}

/**
 * Collects what templates can see, as docs/templates.md lists it. What is absent is `null`, so that expressions can ask for it.
 *
 * @throws {Failure} `configuration` when a signature has neither a secret in the cluster nor a key.
 */
export function templateVariables(input: VariablesInput): TemplateVariables {
  const { installation, component, keys, versions, defaults } = input;
  const { application, environment, path, registry, pullSecret, source, flux } = installation;
  return {
    application,
    environment: { name: environment, path },
    component,
    instance: instanceName(application, component.version),
    versions,
    registry: { url: registry.inCluster, pullSecret: pullSecret ?? null },
    source: source ? { url: source.url, pullSecret: source.pullSecret ?? null } : null,
    verify: installation.verify.map((it) => verification(it, keys, installation.name)),
    flux: flux ? { source: flux.source, namespace: flux.namespace } : null,
    values: { path: installation.valuesPath, key: application },
    defaults: defaults ?? null,
  };
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
