import { expect, test } from 'vitest';
import { openArchive } from '../../../src/adapters/ctf/open-archive.ts';
import { refuseUnfit } from '../../../src/core/controllers/check-target.ts';
import { targetOfPin } from '../../../src/core/controllers/target.ts';
import { Failure } from '../../../src/core/failure.ts';
import { collectAndVerify } from '../../../src/workflows/verify-component-version.ts';
import { componentName } from '../../builders/component-version.ts';
import { podinfoInstallation } from '../../builders/render-input.ts';
import { casePath, caseText, caseTime, type OcmCase, ocmCases, policyOfCase } from '../../support/ocm-cases.ts';

const readableBy: Readonly<Record<string, readonly number[]>> = JSON.parse(caseText('readable-by.json'));
const cases = ocmCases.filter(({ id }) => readableBy[id]);

/** The command line does not select versions, and so takes what a controller would take for a range. */
const floating = ['versions/v1.2', 'versions/1.0.0+build.5'];

/** A cluster has roots in a secret only; keys go into the manifests. */
function installationOf({ verify }: OcmCase) {
  const secret = verify.rootCertificates ? 'roots' : undefined;
  return {
    ...podinfoInstallation,
    verify: verify.signatures.map((signature) => ({ signature, secret, anyOf: [] })),
  };
}

async function generationsThatRead(it: OcmCase): Promise<readonly number[]> {
  const { repository = '' } = it;
  const base = repository.slice(repository.indexOf('/') + 1);
  const open = () =>
    repository ? openArchive(casePath(it.archive), base, repository) : openArchive(casePath(it.archive), '');
  const request = { component: componentName(it.component), version: it.version };
  const trust = { policy: policyOfCase(it), now: caseTime, installed: false };
  const { collected, evidence } = await collectAndVerify(open, request, trust);
  return ([1, 2] as const).filter((generation) => {
    try {
      refuseUnfit({ target: targetOfPin(generation), installation: installationOf(it), collected, evidence });
      return true;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return false;
    }
  });
}

test('the cases were found', () => {
  expect(cases.length).toBeGreaterThan(90);
});

test.each(cases.filter(({ id }) => !floating.includes(id)))(
  '$id is refused for exactly the generations whose command line does not verify it',
  async (it) => {
    expect(await generationsThatRead(it)).toEqual(readableBy[it.id]);
  },
);

test.each(floating)('%s is not for generation 1, which would follow more versions', async (id) => {
  const found = cases.find((it) => it.id === id);
  expect(found && (await generationsThatRead(found))).toEqual([2]);
});
