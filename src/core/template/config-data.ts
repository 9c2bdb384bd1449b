import { isMap, isScalar, type Node, parseDocument } from 'yaml';
import { decodeUtf8, parseStrictYaml } from '../document/strict-yaml.ts';
import { Failure } from '../failure.ts';

/** What the bot needs of a component's configuration rules. */
export interface ConfigData {
  /** The parameters that people may set, with the values that they have otherwise. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

/**
 * Reads ConfigData as ocm-controller does (`config.ocm.software`, pkg/configdata). Only the defaults are read strictly, for
 * they are written into the values file; the rest may be what it likes.
 *
 * @param source For messages.
 * @throws {Failure} `content` when it is no ConfigData, or its defaults have no one meaning.
 */
export function parseConfigData(bytes: Uint8Array, source = 'the configuration resource'): ConfigData {
  const refuse = (what: string, line?: number): never => {
    throw new Failure('content', `${source} is not ConfigData that can be used: ${what}`, {
      place: line === undefined ? undefined : { file: source, line },
      remedy: 'Ask the provider for a component version whose configuration resource is right.',
    });
  };
  const text = decodeUtf8(bytes) ?? refuse('it is not UTF-8 text');
  const root = readRoot(text) ?? refuse('it is not YAML');
  const apiVersion = textOf(root, 'apiVersion');
  const kind = textOf(root, 'kind');
  if (kind !== 'ConfigData' || !apiVersion?.startsWith('config.ocm.software/')) {
    refuse(`it is ${kind ?? 'nothing'} of ${apiVersion ?? 'nothing'}, not ConfigData of config.ocm.software`);
  }
  const configuration = isMap(root) ? root.get('configuration', true) : undefined;
  const defaults = isMap(configuration) ? configuration.get('defaults', true) : undefined;
  return { defaults: isMap(defaults) ? readDefaults(text, defaults, refuse) : noDefaults(defaults, refuse) };
}

type Refuse = (what: string, line?: number) => never;

function readRoot(text: string): unknown {
  try {
    const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
    return document.errors.length === 0 && isMap(document.contents) ? document.contents : undefined;
  } catch {
    // Nested too deeply for the parser.
    return undefined;
  }
}

function textOf(node: unknown, key: string): string | undefined {
  const value = isMap(node) ? node.get(key) : undefined;
  return typeof value === 'string' ? value : undefined;
}

function noDefaults(node: unknown, refuse: Refuse): Readonly<Record<string, unknown>> {
  if (node === undefined || node === null || (isScalar(node) && node.value === null)) return {};
  return refuse('its defaults are no mapping');
}

/** Parses the mapping alone, at the line and column where it stands, so that places are right. */
function readDefaults(text: string, node: Node, refuse: Refuse): Readonly<Record<string, unknown>> {
  const [start, end] = node.range ?? [0, 0];
  const column = start - (text.lastIndexOf('\n', start - 1) + 1);
  const lines = '\n'.repeat(text.slice(0, start).split('\n').length - 1);
  const parsed = parseStrictYaml(lines + ' '.repeat(column) + text.slice(start, end));
  if (parsed.kind === 'parsed') return parsed.value as Readonly<Record<string, unknown>>;
  const [{ message, line }] = parsed.problems;
  return refuse(`in its defaults, ${message}`, line);
}
