import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createBuiltInSets } from '../../src/adapters/built-in-sets/built-in-sets.ts';
import { openArchive } from '../../src/adapters/ctf/open-archive.ts';
import { createEvaluator } from '../../src/adapters/worker/evaluator.ts';
import { type ComparisonInput, compare, findEdited } from '../../src/core/drift/compare.ts';
import { decide } from '../../src/core/installation/decide.ts';
import type { Observation } from '../../src/core/installation/decision.ts';
import { lockFiles } from '../../src/core/installation/lock-file.ts';
import { blobIdOf, type FileSet } from '../../src/core/repository/commit.ts';
import type { RenderInput } from '../../src/core/template/template-set.ts';
import { templateVariables } from '../../src/core/template/variables.ts';
import type { Evaluator } from '../../src/ports/evaluator.ts';
import { collectAndVerify } from '../../src/workflows/verify-component-version.ts';
import { componentName } from '../builders/component-version.ts';
import { candidate, observation, sha } from '../builders/observation.ts';
import { podinfoVariables } from '../builders/render-input.ts';
import { measureDiffs } from './diff-figures.ts';
import { type Figure, figure, time } from './measure.ts';

const templates = new URL('../../templates/', import.meta.url);
const demoArchive = fileURLToPath(new URL('demo/podinfo.tgz', templates));

/** What one process does again and again, without starting. */
export async function measureWarm(archive: string): Promise<readonly Figure[]> {
  await using evaluator = createEvaluator();
  const input = await podinfoInput();
  const { files } = await evaluator.render(input);
  return [
    await measureDecisions(files),
    await measureRender(input, evaluator),
    await measureManyRenders(input, evaluator),
    await measureVerifyWarm(),
    await measureDiffs(),
    figure('open a folder archive of 200 component versions', await time(15, () => openArchive(archive, ''))),
    figure('open the tgz archive of the demo', await time(15, () => openArchive(demoArchive, ''))),
  ];
}

async function podinfoInput(): Promise<RenderInput> {
  return {
    set: await createBuiltInSets(new URL('manifests/', templates)).readBuiltIn('ocm-controller', 1),
    variables: templateVariables(podinfoVariables()),
    folders: { components: 'components/podinfo', kustomizations: 'clusters/kind' },
  };
}

async function measureRender(input: RenderInput, evaluator: Evaluator): Promise<Figure> {
  return figure('render one installation', await time(50, () => evaluator.render(input)), { budget: 10 });
}

/** One after the other in the one thread that renders, as a pass over many does after a new version of the configuration. */
async function measureManyRenders(input: RenderInput, evaluator: Evaluator): Promise<Figure> {
  const inputs = Array.from({ length: installations }, (_, index): RenderInput => {
    const application = `app-${index}`;
    const variables = { ...input.variables, application, instance: `${application}-v1.0.0` };
    return { ...input, variables, folders: { components: folderOf(index), kustomizations: 'clusters/kind' } };
  });
  const renderAll = async () => {
    for (const it of inputs) await evaluator.render(it);
  };
  return figure(`render ${installations} installations, all different`, await time(3, renderAll), { budget: 3000 });
}

async function measureVerifyWarm(): Promise<Figure> {
  const key = new URL('demo/ocm-applications/.consignee/keys/ocm-signing.pub', templates);
  const anyOf = [{ pem: await readFile(key, 'utf8'), source: 'ocm-signing.pub' }];
  const policy = { signatures: [{ name: 'ocm-signing', anyOf }], allowUnsigned: false };
  const archive = await openArchive(demoArchive, '');
  const request = { component: componentName('ocm.software/demos/podinfo'), version: 'v1.0.0' };
  const verify = async () => {
    const { evidence } = await collectAndVerify(async () => archive, request, {
      policy,
      now: new Date(),
      installed: false,
    });
    if (evidence.verdict !== 'verified') throw new Error(`podinfo is not verified: ${JSON.stringify(evidence)}`);
  };
  return figure('collect and verify podinfo', await time(50, verify));
}

const installations = 1000;

/** Half of the installations have what they should have, half are to be updated. */
async function measureDecisions(files: FileSet): Promise<Figure> {
  const base = new Map(
    Array.from({ length: installations }, (_, index) => [...filesOf(files, index, 'v1.0.0')])
      .flat()
      .map(([path, text]) => [path, { mode: '100644', blob: blobIdOf(text, sha('a')) }]),
  );
  const worlds = Array.from({ length: installations }, (_, index): [ComparisonInput, Observation] => {
    const version = index % 2 === 0 ? 'v1.0.0' : 'v1.1.0';
    return [
      {
        base,
        locked: lockFiles(filesOf(files, index, 'v1.0.0'), sha('a')),
        rendered: filesOf(files, index, version),
        beside: new Map(),
        application: `app-${index}`,
        folder: folderOf(index),
        copies: `.consignee/rendered/default/app-${index}`,
        texts: new Map(),
        like: sha('a'),
      },
      observation({ selection: candidate(version) }),
    ];
  });
  const decideAll = () => {
    const kinds = worlds.map(([input, observed]) => {
      const { changes, occupied, conflicts } = compare(input);
      const edited = findEdited(input.base, input.locked);
      const proposal = {
        kind: 'rendered',
        occupied,
        conflicts,
        unmarked: false,
        declaredElsewhere: [],
        setAside: undefined,
        described: true,
      } as const;
      return decide({ ...observed, edited, proposal: { ...proposal, differs: changes.length > 0 } }).kind;
    });
    const opened = kinds.filter((kind) => kind === 'open').length;
    if (opened !== installations / 2) throw new Error(`${opened} of ${installations} were to be opened.`);
  };
  return figure(`compare and decide, ${installations} installations`, await time(9, decideAll), { budget: 100 });
}

const folderOf = (index: number) => `components/app-${index}`;

function filesOf(files: FileSet, index: number, version: string): FileSet {
  const move = (path: string) => `${folderOf(index)}/${path.replaceAll('/', '-')}`;
  return new Map([...files].map(([path, text]) => [move(path), `${text}# ${index} ${version}\n`]));
}
