import { expect, test } from 'vitest';
import { blobIdOf, type Tree } from '../../src/core/repository/commit.ts';
import type { RepositoryContent } from '../../src/ports/repository-content.ts';
import { findDeclaredElsewhere } from '../../src/workflows/find-declared-elsewhere.ts';
import { sha } from '../builders/observation.ts';
import { podinfoInstallation } from '../builders/render-input.ts';

const object = (name: string, kind = 'FluxDeployer', version = 'v1alpha1') =>
  `apiVersion: delivery.ocm.software/${version}\nkind: ${kind}\nmetadata:\n  name: ${name}\n  namespace: ocm-system\n`;
const rendered = new Map([['components/podinfo/deploy.yaml', object('podinfo')]]);

/** What is found when one more file is in the repository. */
function findIn(path: string, text: string) {
  const files = new Map([...rendered, [path, text]]);
  const tree: Tree = new Map(
    [...files].map(([at, content]) => [at, { mode: '100644', blob: blobIdOf(content, sha('a')) }]),
  );
  const blobs = new Map([...files.values()].map((content) => [blobIdOf(content, sha('a')), Buffer.from(content)]));
  const content = { readBlobs: async () => blobs } as unknown as RepositoryContent;
  return findDeclaredElsewhere({ installation: podinfoInstallation, files: rendered, tree, content });
}

test.each([
  ['in a folder of another application', 'components/other/all.yaml', object('podinfo'), 1],
  ['in the folder of the Flux Kustomizations', 'clusters/kind/all.yaml', object('podinfo'), 1],
  ['in a later document', 'components/a.yaml', `a: 1\n---\n${object('podinfo')}`, 3],
  ['in another version of the API', 'components/a.yaml', object('podinfo', 'FluxDeployer', 'v1'), 1],
  ['in quotes', 'components/a.yaml', object("'podinfo'"), 1],
  ['with an escape in its name', 'components/a.yaml', object('"pod\\x69nfo"'), 1],
])('finds an object that is declared %s', async (_, path, text, line) => {
  expect(await findIn(path, text)).toEqual([`FluxDeployer ocm-system/podinfo in ${path}:${line}`]);
});

test.each([
  ['an object of another name', 'components/a.yaml', object('podinfo-2')],
  ['an object of another kind', 'components/a.yaml', object('podinfo', 'Configuration')],
  ['a folder that Flux does not apply together with it', 'elsewhere/a.yaml', object('podinfo')],
  ['a file that is no manifest', 'components/a.txt', object('podinfo')],
  ['the file that is to be written', 'components/podinfo/deploy.yaml', object('podinfo')],
])('passes over %s', async (_, path, text) => {
  expect(await findIn(path, text)).toEqual([]);
});
