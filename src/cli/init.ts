import { parseRepositoryConfig } from '../config/repository-config.ts';
import { resolveInstallations } from '../config/resolve-installations.ts';
import type { ServerConfig } from '../config/server-config.ts';
import { operatorFloorOf } from '../config/trust-floor.ts';
import { type ComponentName, parseComponentName } from '../core/component/component-name.ts';
import { Failure } from '../core/failure.ts';
import { configurationPath, type ProposedConfiguration } from '../core/init/propose-configuration.ts';
import type { FileSet } from '../core/repository/commit.ts';
import { parsePublicKey } from '../core/trust/public-key.ts';
import { type Proposal, propose } from '../workflows/init/propose.ts';
import { readTrustPolicy } from '../workflows/read-trust-policy.ts';
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
    const steps = [
      await guarded('configuration', () => initConfiguration(preparing), asFailure),
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
  readonly adminToken: (() => Promise<string>) | undefined;
}

interface Preparing {
  readonly session: Session;
  readonly options: InitOptions;
  readonly asked: Asked;
  readonly context: CommandContext;
}

/** @throws {Failure} `usage` for what is typed wrong. */
async function readAsked({ component = [], publicKey = [], adminToken }: InitOptions): Promise<Asked> {
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
  return { components, keys, adminToken: adminToken === undefined ? undefined : parseAdminToken(adminToken) };
}

function proposeFor({ session, options, asked, context }: Preparing): Promise<Proposal> {
  const { server, connection, repository, forge } = session;
  return propose(
    { forge, catalog: connection.catalog, clock: context.clock },
    {
      branch: repository.branch,
      bot: repository.author,
      registries: [...server.registries.keys()],
      registry: options.registry,
      components: asked.components,
      keys: asked.keys,
      check: (files) => checkConfiguration(files, server),
      dryRun: options.dryRun ?? false,
    },
  );
}

/** As every pass reads it: what is proposed must work as it stands. */
function checkConfiguration(files: FileSet, { trust }: ServerConfig): void {
  const { installations } = resolveInstallations(parseRepositoryConfig(files), { floor: trust });
  for (const installation of installations) readTrustPolicy(installation, files, operatorFloorOf(trust));
}

async function initConfiguration(preparing: Preparing): Promise<Step> {
  const proposal = await proposeFor(preparing);
  const step = (result: Step['result'], message: string, more: Partial<Step> = {}): Step => ({
    ...{ step: 'configuration', result, message },
    ...more,
  });
  switch (proposal.kind) {
    case 'configured':
      return step('already', `The repository has a configuration, ${proposal.path}: it was left as it is.`);
    case 'waiting': {
      const { number, link } = proposal.pullRequest;
      return step('already', `A configuration is proposed in pull request #${number}, and waits to be merged.`, {
        link,
      });
    }
    case 'declined': {
      const { number, head, link } = proposal.pullRequest;
      const remedy = `Delete the branch ${head} to have one proposed anew, or write .consignee/config.yaml yourself.`;
      return step('left', `Pull request #${number} with a configuration was closed.`, { remedy, link });
    }
    case 'opened': {
      const { pullRequest, proposed } = proposal;
      const message = `Pull request #${pullRequest.number} proposes a configuration with ${countOf(proposed)}.`;
      return step('done', message, {
        remedy: 'Compare its keys with the provider, and merge it.',
        link: pullRequest.link,
      });
    }
    case 'would-open':
      throw new Error('This is no dry run.');
  }
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
  const { files } = proposal.proposed;
  if (output === 'json') terminal.out(printJson({ files }));
  else terminal.out([...files].map(([path, text]) => `# ${path}\n${text}`).join('\n'));
  return 0;
}
