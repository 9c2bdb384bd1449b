import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseComponentName } from '../core/component/component-name.ts';
import { Failure } from '../core/failure.ts';
import type { FileSet, Person } from '../core/repository/commit.ts';
import { deliver, deliverForged } from './demo-delivery.ts';
import { plan, run, status } from './pass-commands.ts';
import { pullDiff, pullMerge, pullShow } from './pull.ts';
import { quote } from './quote.ts';
import type { CommandContext, CommonOptions, Services } from './services.ts';
import { withSession } from './session.ts';
import { columns, fold, styler } from './terminal.ts';
import { verifyCommand } from './verify.ts';

const data = fileURLToPath(new URL('../../templates/demo/', import.meta.url));
const markerName = '.consignee-demo';
const ada: Person = { name: 'Ada', email: 'ada@software-consumer.example' };

/** The walkthrough's step 6, as a person writes it. */
const adaptedValues =
  'podinfo:\n  replicas: 2\n  message: "Hello Open Component Model!"\n  serviceAccountName: ocm-ops\n';

interface Demo {
  /** As people type it. */
  readonly directory: string;
  readonly context: CommandContext;
  readonly options: CommonOptions;
  readonly provider: Parameters<typeof deliver>[0];
  /** Numbers the steps. */
  readonly steps: Iterator<number>;
}

/** Tells the walkthrough on real data: what arrives, what is proved, what is proposed, what is refused. @returns The exit code. */
export async function demo({ directory }: { readonly directory: string }, context: CommandContext): Promise<number> {
  const started = performance.now();
  const services = await context.services();
  await prepareFolder(directory);
  const told = await setUp(directory, context, services);
  context.terminal.out(intro(directory));
  await tellInstallation(told);
  await tellUpdate(told);
  await tellForgery(told);
  tellEnd(told, performance.now() - started);
  return 0;
}

function intro(directory: string): string {
  return `Made the folder ${directory}: a bare git repository as ocm-applications, an archive as the consumer's registry, and\nconsignee.yaml, which names both. The commands below are run there.\n`;
}

async function tellInstallation(told: Demo): Promise<void> {
  const { context, options, provider } = told;
  step(
    told,
    'A release arrives',
    "The provider signed podinfo v1.0.0; a transfer put it into the consumer's registry, here the archive delivery.ctf. Anybody can check it:",
  );
  await deliver(provider, 'v1.0.0');
  const version = `${provider.component}:v1.0.0`;
  command(told, `verify delivery.ctf//${version} --signature ocm-signing --public-key ocm-signing=ocm-signing.pub`);
  const publicKey = [`ocm-signing=${join(told.directory, 'ocm-signing.pub')}`];
  await verifyCommand(
    `${provider.archive}//${version}`,
    { signature: ['ocm-signing'], publicKey, output: 'text' },
    context,
  );

  step(told, 'What would be done', 'Nothing is installed yet. A plan writes nothing:');
  command(told, 'plan');
  await plan([], options, context);

  step(told, 'One pass', 'The same, done: the manifests are on a branch, and a pull request waits.');
  command(told, 'run');
  await run([], options, context);
  command(told, 'pull show 1');
  await pullShow('1', options, context);

  step(told, 'A person merges it', 'Flux would now apply the branch main.');
  command(told, `pull merge 1 --as "${ada.name} <${ada.email}>"`);
  await pullMerge('1', { ...options, as: `${ada.name} <${ada.email}>` }, context);
}

async function tellUpdate(told: Demo): Promise<void> {
  const { context, options, provider } = told;
  step(
    told,
    'A person configures it',
    'Ada commits her own values.yaml to main. It belongs to people, and the next pass leaves it alone:',
  );
  await withSession(options, context, async ({ forge: { content, writer } }) => {
    const tip = (await content.readRefs()).get('refs/heads/main');
    if (!tip) throw new Error('The demo repository has no branch main.');
    const tree = await writer.writeTree(tip, [{ path: 'values.yaml', content: adaptedValues }]);
    const commit = await writer.writeCommit({
      tree,
      parents: [tip],
      message: 'Greet the world with two replicas\n',
      author: ada,
      at: context.clock.now(),
    });
    await writer.push([{ ref: 'refs/heads/main', expect: tip, to: commit }]);
  });
  command(told, 'run');
  await run([], options, context);

  step(
    told,
    'The next release arrives',
    'podinfo v1.1.0 brings a new parameter, logo. The same branch carries the update:',
  );
  await deliver(provider, 'v1.1.0');
  command(told, 'run');
  await run([], options, context);
  command(told, 'pull diff 2');
  await pullDiff('2', options, context);
}

async function tellForgery(told: Demo): Promise<void> {
  const { context, options, provider } = told;
  step(
    told,
    'A forgery arrives',
    'Somebody on the way put a v1.2.0 into the registry: v1.1.0 with another image, and its signature. It is refused, and nothing else is touched:',
  );
  await deliverForged(provider, 'v1.1.0', 'v1.2.0');
  command(told, 'run');
  await run([], options, context);
  command(told, 'status');
  await status([], options, context);
}

function tellEnd({ directory, context: { terminal } }: Demo, milliseconds: number): void {
  const style = styler(terminal);
  const program = fileURLToPath(new URL('../../bin/consignee.js', import.meta.url));
  const next: readonly [string, string][] = [
    [`cd ${quote(directory)}`, ''],
    [`alias consignee=${quote(`node ${quote(program)}`)}`, ''],
    ['consignee explain default/podinfo', 'why v1.2.0 is refused'],
    ['consignee pull show 2', 'the open pull request, with what was proved'],
    ['consignee pull merge 2', 'merge it as yourself'],
    ['consignee explain --settings default/podinfo', 'which line of which file decides'],
    ['git clone ocm-applications.git', 'look around; a plain merge and push counts as well'],
  ];
  const lines = columns(next.map(([text, meaning]) => [`  ${style('cyan', text)}`, meaning && `# ${meaning}`]));
  const seconds = (milliseconds / 1000).toFixed(1);
  terminal.out(
    `\n${style('bold', 'That was it')}, in ${seconds} s. The folder ${directory} is left for exploring; a second demo begins afresh.\n\n${lines}\n`,
  );
}

function step({ context: { terminal }, steps }: Demo, title: string, text: string): void {
  const style = styler(terminal);
  terminal.out(`\n${style('bold', `${steps.next().value}. ${title}`)}\n${fold(text, { width: terminal.width })}\n`);
}

function command({ context: { terminal } }: Demo, text: string): void {
  terminal.out(`\n${styler(terminal)('cyan', `$ consignee ${text}`)}\n`);
}

/**
 * Makes the working folder, anew when an earlier demo left it.
 *
 * @throws {Failure} `usage` when it is somebody's: only what carries the marker is deleted. `local` when it cannot be made.
 */
async function prepareFolder(directory: string): Promise<void> {
  const remedy = 'Name another one with --directory.';
  const entries = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] as string[];
    throw new Failure('usage', `${directory} cannot be used as a folder: ${error.message}`, { remedy });
  });
  if (entries.length > 0 && !entries.includes(markerName)) {
    throw new Failure('usage', `The folder ${directory} is not empty, and no demo made it.`, { remedy });
  }
  try {
    for (const entry of entries) await rm(join(directory, entry), { recursive: true, force: true });
    // Folder by folder: in file systems that take no folders, Node's recursive form tries for ever.
    for (const folder of parentsOf(directory)) await mkdir(folder).catch(unlessThere);
    await writeFile(join(directory, markerName), markerText);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new Failure('local', `The folder ${directory} cannot be made for the demo: ${what}.`, {
      remedy,
      cause: error,
    });
  }
}

const markerText = 'Made by "consignee demo", which deletes what is in this folder when it starts again.\n';

async function setUp(directory: string, context: CommandContext, services: Services): Promise<Demo> {
  const files = await readFolder(join(data, 'ocm-applications'));
  const archive = join(directory, 'delivery.ctf');
  await services.createRepository(join(directory, 'ocm-applications.git'), files, ada);
  await writeFile(join(directory, 'ocm-signing.pub'), files.get('.consignee/keys/ocm-signing.pub') ?? '');
  await writeFile(join(directory, 'consignee.yaml'), serverConfig);
  const component = parseComponentName('ocm.software/demos/podinfo');
  if (!component) throw new Error('The demo names its component right.');
  const source = await services.openArchive(join(data, 'podinfo.tgz'));
  return {
    directory,
    context,
    options: { config: join(directory, 'consignee.yaml'), output: 'text' },
    provider: { source, component, archive, writer: services.archiveWriter },
    steps: [1, 2, 3, 4, 5, 6, 7].values(),
  };
}

const serverConfig = `# The applications repository is any git repository; this one is a folder.
applicationsRepositories:
  ocm-applications:
    url: ./ocm-applications.git

# An archive stands in for the consumer's registry, under its name: the manifests are those for the real one.
registries:
  gitea.ocm.dev/software-consumer:
    archive: ./delivery.ctf
`;

async function readFolder(folder: string): Promise<FileSet> {
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((it) => it.isFile());
  const paths = entries.map((it) => join(it.parentPath, it.name)).toSorted();
  return new Map(
    await Promise.all(
      paths.map(
        async (path): Promise<[string, string]> => [
          relative(folder, path).split(sep).join('/'),
          await readFile(path, 'utf8'),
        ],
      ),
    ),
  );
}

/** From the first that may be missing to the folder itself. */
function parentsOf(directory: string): readonly string[] {
  const parents: string[] = [];
  for (let path = resolve(directory); path !== dirname(path); path = dirname(path)) parents.unshift(path);
  return parents;
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
