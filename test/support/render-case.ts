import { parse } from 'yaml';
import { createBuiltInSets } from '../../src/adapters/built-in-sets/built-in-sets.ts';
import { openArchive } from '../../src/adapters/ctf/open-archive.ts';
import { refuseUnfit } from '../../src/core/controllers/check-target.ts';
import { contentPathsOf, targetOf } from '../../src/core/controllers/target.ts';
import type { Installation } from '../../src/core/installation/installation.ts';
import { renderSet } from '../../src/core/template/render-set.ts';
import type { LoadedTemplateSet } from '../../src/workflows/load-template-set.ts';
import { type RenderedInstallation, renderInstallation } from '../../src/workflows/render-installation.ts';
import { collectAndVerify } from '../../src/workflows/verify-component-version.ts';
import { componentName } from '../builders/component-version.ts';
import { podinfoInstallation } from '../builders/render-input.ts';
import { casePath, caseText, caseTime } from './ocm-cases.ts';

export type SetName = 'ocm-controller' | 'ocm-k8s-toolkit';

const sets = createBuiltInSets(new URL('../../templates/manifests/', import.meta.url));

/** The cases do not change, and reading them takes longer than rendering. */
const known = new Map<string, ReturnType<typeof collectAndVerify>>();

export interface RenderCase {
  /** Path below the folder of the cases. */
  readonly archive: string;
  readonly component?: string;
  readonly version: string;
  readonly set: SetName;
  /** Besides those of the demo. */
  readonly settings?: Partial<Installation>;
}

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Does with a component version of the shared cases what a pass does: collects, verifies, checks and renders it. */
export async function renderCase(it: RenderCase): Promise<RenderedInstallation> {
  const { archive, component = 'ocm.software/demos/podinfo', version, set: name, settings } = it;
  const templates: LoadedTemplateSet = {
    set: await sets.readBuiltIn(name, 1),
    label: `${name}@1`,
    own: [],
    definitions: [],
  };
  const installation = { ...podinfoInstallation, component: componentName(component), ...settings };
  const target = targetOf(installation, templates.set);
  const pem = caseText('keys/ocm-signing.pub');
  const policy = { signatures: [{ name: 'ocm-signing', anyOf: [{ pem, source: 'pub' }] }], allowUnsigned: false };
  const readResources = contentPathsOf(target);
  const key = JSON.stringify([archive, component, version, readResources]);
  const collecting =
    known.get(key) ??
    collectAndVerify(
      () => openArchive(casePath(archive), ''),
      { component: installation.component, version, readResources },
      { policy, now: caseTime, installed: false },
    );
  known.set(key, collecting);
  const { collected, evidence } = await collecting;
  if (!collected.descriptor || !evidence.manifest || evidence.verdict === 'refused')
    throw new Error(`${archive}: ${evidence.reasons.map(({ message }) => message).join('; ')}`);
  refuseUnfit({ target, installation, collected, evidence });
  return renderInstallation({
    installation,
    version: collected.descriptor.version,
    manifest: evidence.manifest,
    installed: undefined,
    templates,
    target,
    policy,
    policyDigest: undefined,
    collected,
    evidence,
    inputs: evidence.manifest,
    values: { text: undefined, unreadable: false },
    evaluator: { render: async (input) => renderSet(input) },
    like: '0'.repeat(40),
  });
}

/** @returns The objects by file name. */
export function objectsOf({ files }: Pick<RenderedInstallation, 'files'>): Readonly<Record<string, KubernetesObject>> {
  return Object.fromEntries([...files].map(([path, text]) => [path.split('/').at(-1), parse(text)]));
}
