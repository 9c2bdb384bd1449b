import type { CollectedVersion } from '../core/component/collected-version.ts';
import { projectSigned } from '../core/component/signed-projection.ts';
import { refuseIncompleteInstance } from '../core/controllers/check-instance.ts';
import { resolveDeployments } from '../core/controllers/deployments.ts';
import { parseGraphDefinition } from '../core/controllers/graph-definition.ts';
import { readContentAt, readDefaults } from '../core/controllers/read-defaults.ts';
import type { Target } from '../core/controllers/target.ts';
import type { Installation } from '../core/installation/installation.ts';
import { type LockFile, lockFiles } from '../core/installation/lock-file.ts';
import { componentsFolderOf } from '../core/installation/places.ts';
import type { PullRequestContent } from '../core/pull-request/describe.ts';
import type { FileSet } from '../core/repository/commit.ts';
import { templateVariables } from '../core/template/variables.ts';
import { parsePublicKey } from '../core/trust/public-key.ts';
import type { TrustPolicy } from '../core/trust/trust-policy.ts';
import { addMissingValues } from '../core/values/add-values.ts';
import { constraintForAllControllers, parseConstraint } from '../core/version/constraint.ts';
import type { Evaluator } from '../ports/evaluator.ts';
import type { LoadedTemplateSet } from './load-template-set.ts';
import { type RecordInput, recordInstallation } from './record-installation.ts';

/** Everything that a component version comes to in the applications repository. */
export interface RenderedInstallation {
  readonly lock: LockFile;
  /** The files that belong to the installation. */
  readonly files: FileSet;
  /** Lock, evidence, and the values file where it gains values. */
  readonly beside: FileSet;
  readonly valuesAdded: PullRequestContent['valuesAdded'];
  /** Sentences that a reviewer must see. */
  readonly notes: readonly string[];
}

/** People's values as they are on the base branch. */
export interface ValuesFile {
  /** `undefined` when there is no file, or none that is plain text. */
  readonly text: string | undefined;
  readonly unreadable: boolean;
}

export interface RenderInstallationInput extends RecordInput {
  readonly installed: LockFile | undefined;
  readonly templates: LoadedTemplateSet;
  /** What the template set renders for. The content at its `contentPathsOf` must have been collected. */
  readonly target: Target;
  readonly policy: TrustPolicy;
  readonly collected: CollectedVersion;
  /** The values file on the base branch. */
  readonly values: ValuesFile;
  readonly evaluator: Pick<Evaluator, 'render'>;
  /** Any object id of the repository: a blob's id depends on the repository's hash. */
  readonly like: string;
}

/**
 * Renders a verified component version. Same input, same bytes.
 *
 * @throws {Failure} `template`, `configuration` or `content`.
 */
export async function renderInstallation(input: RenderInstallationInput): Promise<RenderedInstallation> {
  const { installation, target, collected, evidence, evaluator, templates, installed } = input;
  const { descriptor } = collected;
  if (!descriptor || !evidence.digest) throw new Error(`${evidence.component} ${evidence.version} was not verified.`);
  const deployments = resolveDeployments(target, collected, installation.application);
  const definition = definitionOf(target, collected);
  const { files, initialValues = {} } = await evaluator.render({
    set: templates.set,
    definitions: templates.definitions,
    variables: templateVariables({
      installation,
      component: projectSigned(descriptor),
      keys: verifyingKeys(input),
      versions: rangeOf(installation),
      defaults: readDefaults(target, collected),
      deployments,
      definition,
    }),
    folders: { components: componentsFolderOf(installation), kustomizations: installation.flux?.kustomizations },
  });
  if (definition) refuseIncompleteInstance(definition, files);
  const values = addValues(input, initialValues);
  const record = recordInstallation(input, {
    templates: templates.label,
    parameters: [...new Set([...(installed?.parameters ?? []), ...Object.keys(initialValues)])],
    files: lockFiles(files, input.like),
  });
  const beside = new Map([...record.files, ...values.files]);
  return { lock: record.lock, files, beside, valuesAdded: values.added, notes: values.notes };
}

function definitionOf({ definition }: Target, collected: CollectedVersion) {
  if (definition === undefined) return undefined;
  const source = `the resource ${definition} of ${collected.component}:${collected.version}`;
  return parseGraphDefinition(readContentAt(collected, definition) ?? new Uint8Array(), source);
}

function rangeOf({ versions }: Installation): string {
  const parsed = parseConstraint(versions);
  return parsed.kind === 'parsed' ? constraintForAllControllers(parsed.constraint) : versions;
}

/** The keys that verified this version, by signature name: pinned ones as they are written, those of certificates by themselves. */
function verifyingKeys({ policy, evidence }: RenderInstallationInput): ReadonlyMap<string, string> {
  const proofs = new Map(evidence.signatures.map((signature) => [signature.name, signature]));
  return new Map(
    policy.signatures.flatMap(({ name, anyOf }): [string, string][] => {
      const { keyFingerprint, certificate } = proofs.get(name) ?? {};
      if (certificate) return [[name, certificate.publicKey]];
      const pinned = anyOf.flatMap((anchor) => ('pem' in anchor ? [anchor] : []));
      const key = pinned.find(({ pem, source }) => parsePublicKey(pem, source).fingerprint === keyFingerprint);
      return key ? [[name, key.pem]] : [];
    }),
  );
}

interface AddedValues {
  readonly files: readonly [string, string][];
  readonly added: PullRequestContent['valuesAdded'];
  readonly notes: readonly string[];
}

/** Only parameters that no version offered before are added: one that people removed stays removed. */
function addValues(
  { installation, installed, values, target }: RenderInstallationInput,
  initialValues: Readonly<Record<string, unknown>>,
): AddedValues {
  const offered = new Set(installed?.parameters);
  const fresh = Object.fromEntries(Object.entries(initialValues).filter(([name]) => !offered.has(name)));
  // A new installation gets its block even when it is empty: ocm-controller wants a mapping there.
  const wanted = !installed && target.generation !== 2;
  if (!wanted && Object.keys(fresh).length === 0) return { files: [], added: undefined, notes: [] };
  const { valuesPath, application } = installation;
  const result = values.unreadable
    ? ({ kind: 'left-alone', because: 'it is no plain text in UTF-8' } as const)
    : addMissingValues(values.text, application, fresh);
  switch (result.kind) {
    case 'unchanged':
      return { files: [], added: undefined, notes: [] };
    case 'added':
      return { files: [[valuesPath, result.text]], added: { path: valuesPath, names: result.added }, notes: [] };
    case 'left-alone': {
      const names = Object.keys(fresh).join(', ');
      return {
        files: [],
        added: undefined,
        notes: [`${valuesPath} is left as it is, because ${result.because}. New there would be: ${names}.`],
      };
    }
  }
}
