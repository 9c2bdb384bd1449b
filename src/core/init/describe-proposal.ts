import { code, codeBlock, table } from '../pull-request/markdown.ts';
import { configurationPath, type ProposedConfiguration } from './propose-configuration.ts';

export const proposalTitle = 'Configure Consignee';

/** @returns The text of the pull request, in Markdown. */
export function describeProposal({ registry, environments, applications, files }: ProposedConfiguration): string {
  const rows = applications.map(({ name, component, versions, environments: some }) => [
    code(name),
    code(component),
    versions === undefined ? 'all' : code(versions),
    (some ?? environments.map((it) => it.name)).map(code).join(', '),
  ]);
  const keys = [...files.keys()].filter((it) => it !== configurationPath);
  return [
    `This proposes ${code(configurationPath)}, from what ${code(registry)} and the manifests of this repository hold.`,
    '',
    'Once it is merged, Consignee opens a pull request for each application. It changes nothing else, and merges nothing by itself.',
    '',
    table(['application', 'component', 'versions', 'environments'], rows),
    '',
    '**Before you merge**, on this branch:',
    '',
    `- Compare the keys with what the provider published elsewhere: ${keys.map(code).join(', ')}. Whoever has the private key can deliver.`,
    '- Take out applications that are not to be deployed, and narrow their versions.',
    ...existing(applications),
    '',
    'The file as proposed:',
    '',
    codeBlock(files.get(configurationPath) ?? '', 'yaml'),
  ].join('\n');
}

function existing(applications: ProposedConfiguration['applications']): readonly string[] {
  const deployed = applications.filter(({ files }) => files.length > 0);
  if (deployed.length === 0) return [];
  const list = deployed.map(({ name, files }) => `${code(name)} by ${files.map(code).join(', ')}`).join('; ');
  return [
    `- These are deployed by manifests of your own already: ${list}. Where Consignee is to render an object of the same name, it asks for the old one to go first.`,
  ];
}
