import { readFile, stat } from 'node:fs/promises';
import { parseComponentName } from '../core/component/component-name.ts';
import { Failure } from '../core/failure.ts';
import type { Evidence } from '../core/trust/evidence.ts';
import { normalisationAlgorithms } from '../core/trust/normalise.ts';
import type { RequiredSignature, TrustedKey, TrustPolicy } from '../core/trust/trust-policy.ts';
import type { ComponentRepository } from '../ports/component-repository.ts';
import { collectAndVerify } from '../workflows/verify-component-version.ts';
import { printEvidence } from './print-evidence.ts';
import type { CommandContext } from './services.ts';
import { printJson } from './terminal.ts';

export interface VerifyCommandOptions {
  /** Names of signatures, all of which must hold. */
  readonly signature: readonly string[];
  /** `NAME=FILE`; several for one name: any of them. */
  readonly publicKey: readonly string[];
  /** `NAME=FILE` */
  readonly rootCa: readonly string[];
  /** `NAME=DN` */
  readonly issuer: readonly string[];
  /** Normalisation algorithms that count; empty: all supported ones. */
  readonly normalisation: readonly string[];
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
 * @throws {Failure} `usage` for what is typed wrong, `not-available` for what comes later, and as the component repository.
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

async function readPolicy(options: VerifyCommandOptions): Promise<TrustPolicy> {
  const { signature, publicKey, rootCa, issuer, normalisation } = options;
  if (rootCa.length > 0 || issuer.length > 0) {
    throw new Failure('not-available', 'Signatures with certificates (--root-ca, --issuer) cannot be verified yet.', {
      remedy: 'Give the signing key itself with --public-key NAME=FILE.',
    });
  }
  for (const name of normalisation) {
    if (/^jsonNormalisation\/v(?:1|2|3|4alpha1)$/.test(name)) continue;
    throw new Failure('usage', `--normalisation ${name} is not the name of a normalisation algorithm.`, {
      remedy: `Name one of ${normalisationAlgorithms.join(', ')}.`,
    });
  }
  const keys = await Promise.all(publicKey.map(readKey));
  const stray = keys.find(({ name }) => !signature.includes(name));
  if (stray) {
    throw new Failure('usage', `--public-key ${stray.name}=… is for a signature that is not asked for.`, {
      remedy: `Add --signature ${stray.name}.`,
    });
  }
  const signatures: readonly RequiredSignature[] = [...new Set(signature)].map((name) => ({
    name,
    anyOf: keys.filter((it) => it.name === name).map(({ key }) => key),
  }));
  return { signatures, allowUnsigned: false, ...(normalisation.length > 0 && { normalisations: normalisation }) };
}

async function readKey(option: string): Promise<{ readonly name: string; readonly key: TrustedKey }> {
  const equals = option.indexOf('=');
  const [name, source] = [option.slice(0, equals), option.slice(equals + 1)];
  if (equals < 1 || source === '') {
    throw new Failure('usage', `--public-key ${option} is not of the form NAME=FILE.`, {
      remedy: 'Write the name of the signature, an equals sign and the path of the key.',
    });
  }
  const pem = await readFile(source, 'utf8').catch((error: unknown) => {
    throw new Failure('usage', `The key ${source} cannot be read: ${error instanceof Error ? error.message : error}.`, {
      remedy: 'Check the path given with --public-key.',
      cause: error,
    });
  });
  return { name, key: { pem, source } };
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
