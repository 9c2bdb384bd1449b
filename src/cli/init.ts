import { type ComponentName, parseComponentName } from '../core/component/component-name.ts';
import { Failure } from '../core/failure.ts';
import { configurationPath, type ProposedConfiguration } from '../core/init/propose-configuration.ts';
import { parsePublicKey } from '../core/trust/public-key.ts';
import { parseVersion, type Version } from '../core/version/version.ts';
import { type Proposal, propose } from '../workflows/init/propose.ts';
import { repositoryIssue } from '../workflows/repository-issue.ts';
import { asFailure } from './as-failure.ts';
import { guarded, printSteps, type Step, stepAsData } from './init-steps.ts';
import { initWebhook, parseAdminToken, registryWebhookSteps } from './init-webhook.ts';
import { quote } from './quote.ts';
import type { CommandContext, CommonOptions } from './services.ts';
import { type Session, withSession } from './session.ts';
import { printJson } from './terminal.ts';
import { parseNamed, readPem } from './verify-policy.ts';

export interface InitOptions extends CommonOptions {
  readonly registry?: string;
  readonly component?: readonly string[];
  /** `NAME=FILE` */
  readonly publicKey?: readonly string[];
  /** `ENVIRONMENT/APPLICATION=VERSION` */
  readonly installed?: readonly string[];
  /** Where the token of an owner stands: `env:NAME` or `file:PATH`. */
  readonly adminToken?: string;
  readonly dryRun?: boolean;
}

/** Prepares an applications repository: a first configuration, the issue for commands, the webhook. @returns The exit code. */
export async function init(options: InitOptions, context: CommandContext): Promise<number> {
  const asked = await readAsked(options);
  return withSession(options, context, async (session) => {
    const preparing = { session, options, asked, context };
    if (options.dryRun) return printProposal(await proposeFor(preparing), options, context);
    let proposal: Proposal | undefined;
    const configure = async () => {
      proposal = await proposeFor(preparing);
      return describeConfiguration(proposal, asked);
    };
    const steps = [
      await guarded('configuration', configure, asFailure),
      ...describeAdoption(proposal),
      ...(await initIssue(session)),
      await guarded('webhook', () => initHook(preparing), asFailure),
      ...registryWebhookSteps(session.server),
    ];
    const { terminal } = context;
    const data = { repository: session.repository.name, steps: steps.map(stepAsData) };
    terminal.out(options.output === 'json' ? printJson(data) : printSteps(steps, terminal));
    return steps.find(({ failure }) => failure)?.failure?.exitCode ?? 0;
  });
}

interface Asked {
  readonly components: readonly ComponentName[];
  /** In PEM, by name of the signature. */
  readonly keys: ReadonlyMap<string, string>;
  /** Which version runs, by name of the installation. */
  readonly running: ReadonlyMap<string, Version>;
  readonly adminToken: (() => Promise<string>) | undefined;
}

interface Preparing {
  readonly session: Session;
  readonly options: InitOptions;
  readonly asked: Asked;
  readonly context: CommandContext;
}

/** @throws {Failure} `usage` for what is typed wrong. */
async function readAsked({ component = [], publicKey = [], installed = [], adminToken }: InitOptions): Promise<Asked> {
  const keys = new Map<string, string>();
  for (const named of publicKey.map((it) => parseNamed('--public-key', it))) {
    if (keys.has(named.name)) {
      throw new Failure('usage', `--public-key names ${named.name} twice.`, {
        remedy: 'Name one key for each signature; another can be added to the configuration later.',
      });
    }
    const pem = await readPem(named);
    parsePublicKey(pem, named.value);
    keys.set(named.name, pem);
  }
  const components = component.map((it) => {
    const name = parseComponentName(it);
    if (name) return name;
    throw new Failure('usage', `--component ${it} is not the name of a component.`, {
      remedy: 'Write it with its domain, such as ocm.software/demos/podinfo.',
    });
  });
  const running = new Map(installed.map(parseInstalled));
  return { components, keys, running, adminToken: adminToken === undefined ? undefined : parseAdminToken(adminToken) };
}

/** @throws {Failure} `usage` */
function parseInstalled(written: string): [string, Version] {
  const [name = '', text = ''] = written.split('=');
  const version = parseVersion(text)?.text;
  if (/^[^/]+\/[^/]+$/.test(name) && version !== undefined && written === `${name}=${text}`) return [name, version];
  throw new Failure('usage', `--installed ${written} is not of the form ENVIRONMENT/APPLICATION=VERSION.`, {
    remedy: 'Write it as in --installed dev/podinfo=v1.0.0.',
  });
}

function proposeFor({ session, options, asked, context }: Preparing): Promise<Proposal> {
  const { server, connection, repository, forge, passOptions } = session;
  const { read, floor } = passOptions({ mode: 'plan', only: [] });
  return propose(
    { ...connection, forge, clock: context.clock },
    {
      ...{ read, floor, running: asked.running },
      branch: repository.branch,
      bot: repository.author,
      registries: [...server.registries.keys()],
      registry: options.registry,
      components: asked.components,
      keys: asked.keys,
      dryRun: options.dryRun ?? false,
    },
  );
}

function describeConfiguration(proposal: Proposal, { running }: Asked): Step {
  const step = (result: Step['result'], message: string, more: Partial<Step> = {}): Step => ({
    ...{ step: 'configuration', result, message },
    ...more,
  });
  switch (proposal.kind) {
    case 'configured':
      return step('already', `The repository has a configuration, ${proposal.path}: it was left as it is.`);
    case 'waiting': {
      const { number, link } = proposal.pullRequest;
      return step('already', `A proposal waits to be merged in pull request #${number}.`, {
        ...(running.size > 0 && { remedy: 'Merge it, and run this again.' }),
        link,
      });
    }
    case 'declined': {
      const { number, head, link } = proposal.pullRequest;
      const remedy = `Delete the branch ${head} to have one proposed anew, or write .consignee/config.yaml yourself.`;
      return step('left', `Pull request #${number} with a configuration was closed.`, { remedy, link });
    }
    case 'opened': {
      const { pullRequest, configuration } = proposal;
      const { number, link } = pullRequest;
      if (!configuration)
        return step('done', `Pull request #${number} proposes lock files.`, { remedy: 'Merge it.', link });
      const message = `Pull request #${number} proposes a configuration with ${countOf(configuration)}.`;
      return step('done', message, { remedy: 'Compare its keys with the provider, and merge it.', link });
    }
    case 'would-open':
      throw new Error('This is no dry run.');
  }
}

/** @returns What became of manifests that people have, a line for each that needs something first. */
function describeAdoption(proposal: Proposal | undefined): readonly Step[] {
  if (!proposal || !('adoption' in proposal) || !proposal.adoption) return [];
  const { adopted, left } = proposal.adoption;
  const names = adopted.map(({ name, version }) => `${name} at ${version}`).join(', ');
  return [
    ...(adopted.length === 0
      ? []
      : [{ step: 'adoption', result: 'done', message: `Adopted with your own manifests: ${names}.` } as const]),
    ...left.map(({ name, message, remedy }) => {
      return { step: 'adoption', result: 'left', message: `${name}: ${message}`, remedy } as const;
    }),
  ];
}

function countOf({ applications }: ProposedConfiguration): string {
  const names = applications.map(({ name }) => name);
  return names.length === 1 ? `the application ${names[0]}` : `${names.length} applications`;
}

async function initIssue({ forge: { issues } }: Session): Promise<readonly Step[]> {
  if (!issues) return [];
  const make = async (): Promise<Step> => {
    const before = (await issues.listOpen()).find(({ key }) => key === repositoryIssue.key);
    const { number, link } = await issues.ensure(repositoryIssue);
    const found = { step: 'issue', link } as const;
    if (before) return { ...found, result: 'already', message: `The issue for commands is there, #${number}.` };
    return { ...found, result: 'done', message: `Issue #${number} was opened: commands are given there.` };
  };
  return [await guarded('issue', make, asFailure)];
}

async function initHook({ session, options, asked }: Preparing): Promise<Step> {
  const { server, connection, repository } = session;
  const hooks = asked.adminToken && (await connection.openHooks(repository.name, asked.adminToken));
  const words = ['consignee init', ...(options.config === undefined ? [] : [`--config ${quote(options.config)}`])];
  const again = [...words, `--repository ${repository.name}`].join(' ');
  return initWebhook({ server, repository, hooks, again });
}

/** What would be proposed, for reading or for saving; nothing is written. */
function printProposal(proposal: Proposal, { output }: InitOptions, { terminal }: CommandContext): number {
  if (proposal.kind !== 'would-open') {
    const path = proposal.kind === 'configured' ? proposal.path : configurationPath;
    throw new Failure('configuration', `The repository has a configuration, ${path}: nothing would be proposed.`, {
      remedy: 'Change it by hand, and check it with consignee validate.',
    });
  }
  const { configuration, adoption } = proposal;
  const files = Object.fromEntries([...(configuration?.files ?? []), ...adoption.files]);
  for (const { name, message, remedy = '' } of adoption.left) terminal.err(`${name}: ${message} ${remedy}\n`);
  if (output === 'json') terminal.out(printJson({ files, left: adoption.left }));
  else
    terminal.out(
      Object.entries(files)
        .map(([path, text]) => `# ${path}\n${text}`)
        .join('\n'),
    );
  return 0;
}
