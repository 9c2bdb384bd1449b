import { refuseUnfit } from '../core/controllers/check-target.ts';
import { contentPathsOf, targetOf } from '../core/controllers/target.ts';
import type { Proposal } from '../core/installation/decision.ts';
import type { Installation } from '../core/installation/installation.ts';
import type { LockFile } from '../core/installation/lock-file.ts';
import { lockPathOf } from '../core/installation/places.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import type { FileSet } from '../core/repository/commit.ts';
import type { Evidence } from '../core/trust/evidence.ts';
import { Refusal } from '../core/trust/reason.ts';
import { policyDigestOf } from '../core/trust/trust-policy.ts';
import type { Selection } from '../core/version/select-version.ts';
import { compareVersions } from './compare-versions.ts';
import { findKnown } from './find-known.ts';
import { holdAgainstBase } from './hold-against-base.ts';
import { makeInstallation, readValuesText } from './make-installation.ts';
import type { PassOptions, PassPorts, PassView, ProposedChange } from './pass.ts';
import { locatePin, refuseStillPinned } from './pin/locate-pin.ts';
import type { PreviewSubject } from './preview-input.ts';
import { type InstallationInputs, readInputs } from './read-inputs.ts';
import { readLockAt } from './read-lock.ts';
import { findRefusal, notVerified } from './refuse-candidate.ts';
import { refuseGenerationChange } from './refuse-generation-change.ts';
import type { RenderedInstallation } from './render-installation.ts';
import { resolveTag, type TagLookup } from './resolve-tag.ts';
import { type CandidateVerification, findVerdict, nextLook, verifyCandidate } from './verify-candidate.ts';

export interface PrepareInput {
  readonly installation: Installation;
  readonly installed: LockFile | undefined;
  readonly selection: Selection;
  readonly lookup: TagLookup;
  /** The open pull request of the installation. */
  readonly open: PullRequest | undefined;
  /** Whether the base branch does not pin what is installed: it is proposed even where the version stays. */
  readonly floats: boolean;
  readonly view: PassView;
  readonly ports: PassPorts;
  readonly options: PassOptions;
}

export interface Prepared {
  readonly proposal: Proposal;
  readonly evidence?: Evidence;
  /** All files as they are to be: as rendered, with what people changed. */
  readonly files?: FileSet;
  readonly change?: ProposedChange;
}

type Candidate = Extract<Selection, { kind: 'candidate' }>;

/** Works out what the candidate comes to, and no more than is needed: what is known already is not read again. */
export async function prepareProposal(input: PrepareInput): Promise<Prepared> {
  const { installation, selection } = input;
  try {
    return await prepareCandidate(input);
  } catch (error) {
    if (!(error instanceof Refusal) || selection.kind !== 'candidate') throw error;
    const where = `${installation.component}:${selection.version}`;
    return { proposal: notVerified([{ ...error.problem, where }], input) };
  }
}

/** @throws {Refusal} When the tag leads to what is no manifest. */
async function prepareCandidate(input: PrepareInput): Promise<Prepared> {
  const { installation, selection, view, ports, options, lookup } = input;
  if (selection.kind !== 'candidate') return { proposal: { kind: 'none' } };
  const inputs = await readInputs(installation, view.state.texts, {
    templateSets: ports.templateSets,
    floor: options.floor,
  });
  const { registry, component } = installation;
  const address = { registry: registry.url, component, tag: selection.tag };
  const manifest = await resolveTag(address, lookup);
  const { policy } = inputs;
  const installed = input.installed?.version === selection.version;
  const { now, registries } = lookup;
  const verification = { address, manifest, policy, installed, now, registries };
  const candidate = { ...selection, manifest };
  if (options.fresh) return prepareRead(input, { candidate, inputs, verification });

  const verdict = await findVerdict(verification);
  const known = await findKnown(input.floats ? { ...input, installed: undefined } : input, {
    candidate,
    inputs,
    verdict,
  });
  if (known) return { proposal: known };
  if (verdict?.evidence.verdict === 'refused' && !isAskedFor(input)) {
    const { evidence } = verdict;
    return { evidence, proposal: notVerified(evidence.reasons, { ...input, lookAgainAt: nextLook(verdict) }) };
  }
  return prepareRead(input, { candidate, inputs, verification });
}

/** What stands in the place of a registry costs no request, and somebody who names an installation wants it looked at now. */
function isAskedFor({ selection, options }: PrepareInput): boolean {
  return options.anew || (selection.kind === 'candidate' && selection.manifest !== undefined);
}

interface Reading {
  readonly candidate: Candidate;
  readonly inputs: InstallationInputs;
  readonly verification: CandidateVerification;
}

async function prepareRead(input: PrepareInput, { candidate, inputs, verification }: Reading): Promise<Prepared> {
  const { installation, ports, options } = input;
  const installed = input.installed?.version === candidate.version ? input.installed : undefined;
  const proposed = await readProposed(input, candidate);
  const target = targetOf(installation, inputs.templates.set);
  const open = () => ports.repositories.open(installation.registry.url);
  const { collected, evidence, lookAgainAt } = await verifyCandidate(verification, {
    lookup: input.lookup,
    open,
    readResources: contentPathsOf(target),
  });
  const refused = findRefusal(evidence, candidate, { ...input, installed, proposed, lookAgainAt });
  if (refused || !evidence.manifest)
    return { evidence, proposal: refused ?? notVerified(evidence.reasons, { ...input, lookAgainAt }) };
  refuseUnfit({ target, installation, collected, evidence });
  // Another manifest for the same content: a transfer wrote it anew, and nothing is to be done about it.
  const known = installed?.inputs === inputs.digest && !input.floats;
  if (known && !options.fresh) return { evidence, proposal: { kind: 'installed' } };

  await checkPins(input);
  const rendered = await makeInstallation({
    installation,
    version: candidate.version,
    // The open proposal keeps the manifest that it was made from: the signed content is the same.
    manifest: proposed?.manifest ?? evidence.manifest,
    policyDigest: policyDigestOf(inputs.policy),
    installed: input.installed,
    templates: inputs.templates,
    target,
    policy: inputs.policy,
    inputs: inputs.digest,
    collected,
    evidence,
    state: input.view.state,
    ports,
  });
  await refuseGenerationChange({
    name: installation.name,
    installed: input.installed,
    lock: rendered.lock,
    files: rendered.files,
    content: ports.forge.content,
  });
  const difference = () =>
    compareVersions({
      ...{ open, installed: input.installed, collected, evaluator: ports.evaluator, log: ports.log },
      subject: () => previewSubject(input, rendered, { target, evidence }),
    });
  return { evidence, ...(await holdAgainstBase(input, candidate, { rendered, evidence, difference })) };
}

/** Most passes look only where the manifest was: before something is proposed, there must be no second one. */
async function checkPins({ installation, installed, view, ports }: PrepareInput): Promise<void> {
  const places = { installation, state: view.state, content: ports.forge.content };
  if (installation.manage === 'pin') await locatePin({ ...places, before: undefined });
  else if (installed?.pinned !== undefined) await refuseStillPinned(places);
}

/** What a preview needs: people's values as they are, and with what is proposed for them. */
async function previewSubject(
  { installation, view, ports }: PrepareInput,
  { beside }: RenderedInstallation,
  { target, evidence }: Pick<PreviewSubject, 'target' | 'evidence'>,
): Promise<PreviewSubject> {
  const { valuesPath: path, application, manage, registry } = installation;
  const { text, unreadable } = await readValuesText(installation, view.state, ports);
  const values = { path, application, before: text, after: beside.get(path) ?? text, unreadable };
  // Which resources manifests of people's own deploy is not known; those that are there by convention are looked at.
  return {
    target: { ...target, required: target.required && manage !== 'pin' },
    evidence,
    values,
    registry: registry.inCluster,
  };
}

/** The lock file of the open proposal, when that is of the same version. */
async function readProposed({ installation, open, ports }: PrepareInput, { version }: Candidate) {
  const lock = open?.headSha && (await readLockAt(ports.forge.content, open.headSha, lockPathOf(installation)));
  return lock && lock.version === version ? lock : undefined;
}
