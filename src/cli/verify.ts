import { stat } from 'node:fs/promises';
import type { ServerConfig } from '../config/server-config.ts';
import { parseComponentName } from '../core/component/component-name.ts';
import { Failure } from '../core/failure.ts';
import type { Evidence } from '../core/trust/evidence.ts';
import type { ComponentRepository } from '../ports/component-repository.ts';
import { collectAndVerify } from '../workflows/verify-component-version.ts';
import { printEvidence } from './print-evidence.ts';
import type { CommandContext, OpenedRegistry, Services } from './services.ts';
import { printJson } from './terminal.ts';
import { type PolicyOptions, readPolicy } from './verify-policy.ts';

export interface VerifyCommandOptions extends PolicyOptions {
  /** The time to verify at, RFC 3339; absent: now. */
  readonly at?: string | undefined;
}

export interface VerifyContext {
  readonly openArchive: (path: string) => Promise<ComponentRepository>;
  readonly openRegistry: (registry: string) => Promise<ComponentRepository>;
  readonly now: Date;
}

/**
 * Verifies one component version without any configuration.
 *
 * @param reference `<archive or registry>//<component>:<version>`; what exists as a path is an archive.
 * @throws {Failure} `usage` for what is typed wrong, and as the component repository.
 */
export async function verify(
  reference: string,
  options: VerifyCommandOptions,
  context: VerifyContext,
): Promise<{ readonly evidence: Evidence; readonly exitCode: 0 | 3 }> {
  const { repository, component, version } = parseReference(reference);
  const policy = await readPolicy(options);
  const now = options.at === undefined ? context.now : parseTime(options.at);
  const isArchive = await stat(repository).then(
    () => true,
    () => false,
  );
  const open = () => (isArchive ? context.openArchive(repository) : context.openRegistry(repository));
  const { evidence } = await collectAndVerify(open, { component, version }, { policy, now, installed: false });
  return { evidence, exitCode: evidence.verdict === 'verified' ? 0 : 3 };
}

/** The component cannot hold `//`, so the last one divides. */
function parseReference(reference: string) {
  const [, repository, componentText, version] = /^(.+)\/\/([^:]+):([^/]+)$/.exec(reference) ?? [];
  const component = componentText === undefined ? undefined : parseComponentName(componentText);
  if (repository === undefined || version === undefined || !component) {
    throw new Failure('usage', `${JSON.stringify(reference)} names no component version.`, {
      remedy:
        'Write <archive or registry>//<component>:<version>, for example ./delivery.ctf//ocm.software/demos/podinfo:v1.0.0.',
    });
  }
  return { repository, component, version };
}

function parseTime(text: string): Date {
  const time = new Date(text);
  if (
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/.test(text) &&
    !Number.isNaN(time.getTime())
  ) {
    return time;
  }
  throw new Failure('usage', `--at ${text} is not a time.`, { remedy: 'Write it as in 2026-11-21T12:00:00Z.' });
}

interface WrittenOptions {
  readonly config?: string;
  readonly signature?: readonly string[];
  readonly publicKey?: readonly string[];
  readonly rootCa?: readonly string[];
  readonly issuer?: readonly string[];
  readonly normalisation?: readonly string[];
  readonly at?: string;
  readonly output: 'text' | 'json';
}

/** Proves a component version and prints what was found. @returns The exit code. */
export async function verifyCommand(
  reference: string,
  written: WrittenOptions,
  context: CommandContext,
): Promise<number> {
  const { config, signature = [], publicKey = [], rootCa = [], issuer = [], normalisation = [], at } = written;
  const services = await context.services();
  await using connections = new AsyncDisposableStack();
  const configured = config === undefined ? undefined : services.connect(await readConfig(config));
  if (configured) connections.use(configured);
  const { evidence, exitCode } = await verify(
    reference,
    { signature, publicKey, rootCa, issuer, normalisation, at },
    {
      openArchive: services.openArchive,
      openRegistry: (name) =>
        configured
          ? configured.repositories.open(name)
          : openRegistry(name, services).then((it) => connections.use(it)),
      now: context.clock.now(),
    },
  );
  context.terminal.out(written.output === 'json' ? printJson(evidence) : `${printEvidence(evidence)}\n`);
  return exitCode;
}

/** Loaded late: without a configuration, what reads one would be most of what is loaded. */
async function readConfig(config: string): Promise<ServerConfig> {
  return (await import('./session.ts')).readServerConfig({ config });
}

/** Opens a registry, unless the name is rather that of an archive that is not there. */
async function openRegistry(name: string, { openRegistry: open }: Services): Promise<OpenedRegistry> {
  const looksLikeRegistry =
    /^(?:(?:https?|oci):\/\/|localhost[:/]|\[?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?:\/|$))/.test(name) &&
    !/\.(?:tar|tgz|tar\.gz|ctf)$/.test(name);
  if (looksLikeRegistry) return open(name);
  throw new Failure('registry-unreachable', `There is no archive at ${name}.`, {
    remedy: 'Check the path before the "//".',
  });
}
