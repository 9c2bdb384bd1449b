import { Failure } from '../core/failure.ts';
import type { ComponentRepository } from '../ports/component-repository.ts';
import { printEvidence } from './print-evidence.ts';
import type { CommandContext } from './services.ts';
import { printJson } from './terminal.ts';
import { verify } from './verify.ts';

interface WrittenOptions {
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
  const { signature = [], publicKey = [], rootCa = [], issuer = [], normalisation = [], at } = written;
  const services = await context.services();
  const { evidence, exitCode } = await verify(
    reference,
    { signature, publicKey, rootCa, issuer, normalisation, at },
    { openArchive: services.openArchive, openRegistry: refuseRegistry, now: context.clock.now() },
  );
  context.terminal.out(written.output === 'json' ? printJson(evidence) : `${printEvidence(evidence)}\n`);
  return exitCode;
}

/** @throws {Failure} Always: a path that is not there, or a registry, which comes later. */
async function refuseRegistry(name: string): Promise<ComponentRepository> {
  const looksLikeRegistry =
    /^(?:https?:\/\/)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?:\/|$)/.test(name) &&
    !/\.(?:tar|tgz|tar\.gz|ctf)$/.test(name);
  if (!looksLikeRegistry) {
    throw new Failure('registry-unreachable', `There is no archive at ${name}.`, {
      remedy: 'Check the path before the "//".',
    });
  }
  throw new Failure(
    'not-available',
    `${name} is no archive of this machine, and registries over the network cannot be read yet.`,
    {
      remedy: 'Transfer the component version into an archive, for example with "ocm transfer", and name that.',
    },
  );
}
