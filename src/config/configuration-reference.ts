import { dereference, type JsonSchema, jsonSchemaOf } from './json-schema-keys.ts';
import { repositorySchema } from './repository-schema.ts';
import { serverSchema } from './server-schema.ts';
import { settingNames } from './settings.ts';
import { notYetAvailable } from './unavailable.ts';

const introduction = `# Configuration

This page is generated from the schemas (\`npm run schema\`). Examples with every part in its place are
[consignee.example.yaml](../config/consignee.example.yaml) and [repository.example.yaml](../config/repository.example.yaml). For
completion and checks in an editor, put the schema's address into the first line of a file:
\`# yaml-language-server: $schema=…/config/repository.schema.json\`.

There are two files, by who may be trusted with what:

- The **server configuration** \`consignee.yaml\` is the operator's: how registries and forges are reached, which applications
  repositories are served, and a floor of trust that repositories can tighten but not loosen.
- The **repository configuration** \`.consignee/config.yaml\` lies in the applications repository and says what is deployed where,
  and under which conditions. It is read from the branch that Flux follows, never from a pull request. An application may have a
  file of its own, \`.consignee/applications/<name>.yaml\`, so that its team can own it; the name stands in one of the two
  places only.

Both are YAML that every reader understands alike: no anchors, no tags, no key twice, and texts that could be taken for something
else (\`no\`, \`09:00\`) in quotes. A key that is not on this page is an error. \`consignee validate\` reports everything that is
wrong at once, with file, line and column.

The smallest repository configuration:

\`\`\`yaml
registry: gitea.ocm.dev/software-consumer
verify: [{ signature: ocm-signing, publicKey: keys/ocm-signing.pub }]
applications: { podinfo: { component: ocm.software/demos/podinfo, versions: ">=1.0.0" } }
\`\`\`
`;

const settingsIntroduction = `A setting may stand at five levels: at the top of \`.consignee/config.yaml\`, in a provider, in an environment, in an
application, and in an application's entry for one environment (\`applications.<name>.in.<environment>\`). The later in this list
wins, and gives the whole value: lists and mappings are not merged. \`consignee explain --config <environment>/<application>\`
prints each effective value with file and line.
`;

const laterIntroduction = `### Not yet available

These are understood and checked, but this version cannot act on them. An installation that asks for one of them is refused with
that reason, while the others go on: nothing is merged with less protection than was written down.

${[...notYetAvailable].map(([key, what]) => `- \`${key}\`: ${what}`).join('\n')}
`;

const serverIntroduction = `Secrets are references: \`env:NAME\` for an environment variable, \`file:PATH\` for a file. Relative paths begin at the folder of the
file. Plain git repositories, registries, archives and the store in SQLite are available; the other forges, connections to Flux,
PostgreSQL, webhooks and listeners are understood, and refused when they are used: they are not yet available.
`;

/** @returns The reference page of both configuration files, as Markdown. */
export function configurationReference(): string {
  const repository = jsonSchemaOf(repositorySchema);
  const server = jsonSchemaOf(serverSchema);
  const settings: ReadonlySet<string> = new Set(settingNames);
  const own = (schema: JsonSchema): JsonSchema => ({
    ...schema,
    properties: pick(schema, (key) => !settings.has(key)),
  });
  const top = own(repository);
  const definitions = repository.definitions ?? {};
  return [
    introduction,
    '## Repository configuration\n',
    'At the top, besides the settings below:\n',
    ...block(repository, top),
    ...['provider', 'environment', 'application'].flatMap((id) => [
      `### \`${id}s.<name>\`\n`,
      'Besides the settings below:\n',
      ...block(repository, own(definitions[id] ?? {}), `${id}s.<name>`),
    ]),
    '### Settings\n',
    settingsIntroduction,
    ...block(repository, { properties: pick(repository, (key) => settings.has(key)) }),
    laterIntroduction,
    '## Server configuration\n',
    serverIntroduction,
    ...block(server, server),
  ].join('\n');
}

function pick({ properties = {} }: JsonSchema, chosen: (key: string) => boolean): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => chosen(key)));
}

/** A table of a mapping's keys, then one for each mapping among their values. */
function block(root: JsonSchema, schema: JsonSchema, path = ''): readonly string[] {
  const entries = Object.entries(schema.properties ?? {}).map(([key, value]) => ({
    key,
    value: dereference(root, value),
    required: schema.required?.includes(key) ?? false,
  }));
  const rows = entries.map(
    ({ key, value, required }) =>
      `| \`${key}\` | ${cell(typeOf(root, value))} | ${required ? 'required' : defaultOf(value)} | ${cell(value.description ?? '')} |`,
  );
  const inner = entries.flatMap(({ key, value }) => innerBlocks(root, value, path === '' ? key : `${path}.${key}`));
  return ['| key | type | default | meaning |\n|---|---|---|---|', ...rows, '', ...inner];
}

function innerBlocks(root: JsonSchema, schema: JsonSchema, path: string): readonly string[] {
  const plain = dereference(root, schema);
  if (plain.anyOf) {
    const forms = plain.anyOf.map((it) => innerBlocks(root, it, path)).filter((it) => it.length > 0);
    return forms.flatMap((form, index) => (index === 0 ? form : ['Or:\n', ...form.slice(1)]));
  }
  if (plain.items) return innerBlocks(root, plain.items, `${path}[]`);
  // The blocks with names of their own in the repository configuration have their own headings.
  if (plain.additionalProperties)
    return ownHeadings.has(path) ? [] : innerBlocks(root, plain.additionalProperties, `${path}.<name>`);
  return plain.properties ? [`### \`${path}\`\n`, ...block(root, plain, path)] : [];
}

const ownHeadings: ReadonlySet<string> = new Set([
  'providers',
  'environments',
  'applications',
  'applications.<name>.in',
]);

function typeOf(root: JsonSchema, schema: JsonSchema): string {
  const plain = dereference(root, schema);
  if (plain.anyOf) return [...new Set(plain.anyOf.map((it) => typeOf(root, it)))].join(', or ');
  if (plain.enum) return plain.enum.map((it) => `\`${it}\``).join(', ');
  if (plain.const !== undefined) return `\`${plain.const}\``;
  if (plain.title) return plain.title;
  if (plain.additionalProperties) return 'a mapping by name';
  if (plain.type === 'object') return 'a mapping';
  if (plain.type === 'boolean') return '`true`, `false`';
  return plain.type === 'integer' ? 'a whole number' : 'a text';
}

function defaultOf({ default: value }: JsonSchema): string {
  if (value === undefined) return '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

const cell = (text: string) => text.replaceAll('|', '\\|');
