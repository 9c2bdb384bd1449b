import { Failure } from '../../core/failure.ts';
import { type Adoption, noAdoption } from '../../core/init/adoption.ts';
import type { Installation } from '../../core/installation/installation.ts';
import { evidencePathOf, lockPathOf } from '../../core/installation/places.ts';
import { floatsOver, pins, readPin, withoutPrefix } from '../../core/pin/read-pin.ts';
import { Refusal } from '../../core/trust/reason.ts';
import { policyDigestOf } from '../../core/trust/trust-policy.ts';
import { tagToVersion, type Version, versionToTag } from '../../core/version/version.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ComponentRepositories } from '../../ports/component-repository.ts';
import type { RepositoryContent } from '../../ports/repository-content.ts';
import type { TemplateSets } from '../../ports/template-sets.ts';
import type { RepositoryState } from '../observe-repository.ts';
import { type LocatedPin, locatePin } from '../pin/locate-pin.ts';
import { pinInstallation } from '../pin/pin-installation.ts';
import { readInputs } from '../read-inputs.ts';
import type { OperatorFloor } from '../read-trust-policy.ts';
import { collectAndVerify } from '../verify-component-version.ts';

export interface AdoptionPorts {
  readonly content: RepositoryContent;
  readonly repositories: ComponentRepositories;
  readonly templateSets: TemplateSets;
  readonly clock: Clock;
}

export interface AdoptionOptions {
  /** Which version runs, as somebody says, by name of the installation. */
  readonly running: ReadonlyMap<string, Version>;
  readonly floor: OperatorFloor;
}

/**
 * Makes lock files for what runs already, deployed by manifests of people, of which none is changed. The version that runs is the one
 * that the manifest pins; where that has a range, somebody must say it. It is verified like any other. What is in the way of one
 * installation keeps no other from being adopted.
 *
 * @param state With the configuration as it is going to be.
 * @throws {Failure} `usage` for a version of something that is not pinned, or is installed.
 */
export async function adopt(state: RepositoryState, ports: AdoptionPorts, options: AdoptionOptions): Promise<Adoption> {
  const open = state.installations.filter((it) => it.manage === 'pin' && !state.tree.has(lockPathOf(it)));
  const strange = [...options.running.keys()].find((name) => !open.some((it) => it.name === name));
  if (strange !== undefined) throw notOpen(strange, open);
  let adoption = noAdoption;
  for (const installation of open)
    adoption = join(adoption, await adoptGuarded({ installation, state }, ports, options));
  return adoption;
}

function notOpen(name: string, open: readonly Installation[]): Failure {
  return new Failure('usage', `--installed names ${name}, which waits for no version.`, {
    remedy: `Those that do: ${open.map((it) => it.name).join(', ') || 'none'}.`,
  });
}

const join = (one: Adoption, other: Adoption): Adoption => ({
  files: new Map([...one.files, ...other.files]),
  adopted: [...one.adopted, ...other.adopted],
  left: [...one.left, ...other.left],
});

interface Adopting {
  readonly installation: Installation;
  readonly state: RepositoryState;
}

async function adoptGuarded(adopting: Adopting, ports: AdoptionPorts, options: AdoptionOptions): Promise<Adoption> {
  const { name } = adopting.installation;
  try {
    return await adoptOne(adopting, ports, options);
  } catch (error) {
    if (error instanceof Failure) return leave(name, error.message, error.remedy);
    if (error instanceof Refusal) return leave(name, `What is in its registry cannot be read: ${error.message}.`);
    throw error;
  }
}

const leave = (name: string, message: string, remedy?: string): Adoption => ({
  ...noAdoption,
  left: [{ name, message, remedy }],
});

/** @throws {Failure} or {Refusal} What keeps it from being adopted. */
async function adoptOne(
  { installation, state }: Adopting,
  { content, repositories, templateSets, clock }: AdoptionPorts,
  { running, floor }: AdoptionOptions,
): Promise<Adoption> {
  const { name, component, registry } = installation;
  const located = await locatePin({ installation, state, before: undefined, content });
  const isRunning = whichRuns(located, { name, said: running.get(name) });
  const open = () => repositories.open(registry.url);
  const { tags } = await (await open()).listTags(component);
  const versions = [...tags.keys()].flatMap((tag) => tagToVersion(tag) ?? []).filter(isRunning);
  const [version, other] = versions.toSorted((a, b) => Number(isSpelled(located, b)) - Number(isSpelled(located, a)));
  if (version === undefined || (other !== undefined && !isSpelled(located, version))) {
    const has = version === undefined ? 'does not have it' : `has it as ${versions.join(' and as ')}`;
    return leave(name, `${describePin(located)}, and ${registry.url} ${has}.`, 'Replicate it, and run this again.');
  }
  const { policy, digest } = await readInputs(installation, state.texts, { templateSets, floor });
  const request = { component, tag: versionToTag(version) ?? version };
  const { collected, evidence } = await collectAndVerify(open, request, { policy, now: clock.now(), installed: true });
  const [reason] = evidence.reasons;
  if (reason || !evidence.manifest) {
    const why = reason ? ` ${reason.where}: ${reason.message}.` : '';
    return leave(name, `${version}, which runs, is not proved whole and signed.${why}`);
  }
  const { beside } = pinInstallation({
    ...{
      installation,
      version,
      located,
      collected,
      evidence,
      manifest: evidence.manifest,
      inputs: digest,
      installed: undefined,
    },
    policyDigest: policyDigestOf(policy),
  });
  const written = [lockPathOf(installation), evidencePathOf(installation)];
  const files = new Map([...beside].filter(([path]) => written.includes(path)));
  return { files, adopted: [{ name, version }], left: [] };
}

/** @throws {Failure} `usage` when nothing says which version runs, or somebody says another one than the manifest. */
function whichRuns(
  located: LocatedPin,
  { name, said }: { readonly name: string; readonly said: Version | undefined },
): (version: Version) => boolean {
  const { pin } = located;
  const isExact = pin.value.kind === 'text' && readPin(pin.generation, pin.value.text).kind === 'exact';
  if (said === undefined && isExact) return (version) => pins(pin, version);
  const remedy = `Say which version runs with --installed ${name}=VERSION.`;
  if (said === undefined)
    throw new Failure('usage', `${describePin(located)}, which does not tell what runs.`, { remedy });
  if (!pins(pin, said) && !floatsOver(pin, said))
    throw new Failure('usage', `${describePin(located)}, so ${said} does not run.`, { remedy });
  return (version) => withoutPrefix(version) === withoutPrefix(said);
}

const isSpelled = ({ pin: { value } }: LocatedPin, version: Version) =>
  value.kind === 'text' && value.text.trim() === version;

function describePin({ path, pin: { line, field, value } }: LocatedPin): string {
  const has = value.kind === 'text' ? `has ${JSON.stringify(value.text)}` : `has a ${field} that ${value.why}`;
  return `${path}:${line} ${has}`;
}
