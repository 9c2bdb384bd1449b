import { configurationReference } from './configuration-reference.ts';
import { jsonSchemaOf } from './json-schema-keys.ts';
import { applicationSchema, repositorySchema } from './repository-schema.ts';
import { serverSchema } from './server-schema.ts';

const print = (schema: Parameters<typeof jsonSchemaOf>[0], title: string) =>
  `${JSON.stringify({ ...jsonSchemaOf(schema), title }, undefined, 2)}\n`;

/** @returns The text of every generated file of the configuration, by path from the root of the package. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['config/server.schema.json', print(serverSchema, 'Server configuration of Consignee: consignee.yaml')],
    [
      'config/repository.schema.json',
      print(repositorySchema, 'Repository configuration of Consignee: .consignee/config.yaml'),
    ],
    [
      'config/application.schema.json',
      print(applicationSchema, 'One application for Consignee: .consignee/applications/<name>.yaml'),
    ],
    ['docs/configuration.md', configurationReference()],
  ]);
}
