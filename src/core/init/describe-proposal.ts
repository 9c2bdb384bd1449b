import { code, codeBlock, plain, table } from '../pull-request/markdown.ts';
import type { Adoption } from './adoption.ts';
import { configurationPath, type ProposedConfiguration } from './propose-configuration.ts';

export const proposalTitle = 'Configure Consignee';

export const adoptionTitle = 'Adopt what runs';

/** @returns The text of a pull request that brings lock files alone, in Markdown. */
export function describeAdoption(adoption: Adoption): string {
  return [
    'This records which versions run, deployed by manifests of your own, as `consignee init` was told. No manifest is changed.',
    '',
    ...listAdoption(adoption),
    '',
    'Once it is merged, Consignee proposes newer versions.',
  ].join('\n');
}

/** @returns The text of the pull request, in Markdown. */
export function describeProposal(
  { registry, environments, applications, files }: ProposedConfiguration,
  adoption: Adoption,
): string {
  const rows = applications.map(({ name, component, pinned, versions, environments: some }) => [
    code(name),
    code(component),
    versions === undefined ? 'all' : code(versions),
    (some ?? environments.map((it) => it.name)).map(code).join(', '),
    pinned ? 'yours' : 'rendered',
  ]);
  const keys = [...files.keys()].filter((it) => it !== configurationPath);
  return [
    `This proposes ${code(configurationPath)}, from what ${code(registry)} and the manifests of this repository hold.`,
    '',
    'Once it is merged, Consignee opens a pull request for each application that is to be installed or has a newer version. It changes nothing else, and merges nothing by itself.',
    '',
    table(['application', 'component', 'versions', 'environments', 'manifests'], rows),
    '',
    '**Before you merge**, on this branch:',
    '',
    `- Compare the keys with what the provider published elsewhere: ${keys.map(code).join(', ')}. Whoever has the private key can deliver.`,
    '- Take out applications that are not to be deployed, and narrow their versions.',
    ...existing(applications),
    ...(adoption.adopted.length + adoption.left.length === 0 ? [] : ['', ...listAdoption(adoption)]),
    '',
    'The file as proposed:',
    '',
    codeBlock(files.get(configurationPath) ?? '', 'yaml'),
  ].join('\n');
}

function existing(applications: ProposedConfiguration['applications']): readonly string[] {
  const deployed = applications.filter(({ files }) => files.length > 0);
  const pinned = deployed.filter((it) => it.pinned);
  const others = deployed.filter((it) => !it.pinned);
  const list = (some: typeof deployed) =>
    some.map(({ name, files }) => `${code(name)} by ${files.map(code).join(', ')}`).join('; ');
  return [
    ...(pinned.length === 0
      ? []
      : [
          `- These are deployed by manifests of your own already: ${list(pinned)}. They stay yours: Consignee changes only the version in them (${code('manage: pin')}).`,
        ]),
    ...(others.length === 0
      ? []
      : [
          `- These are named by manifests of your own already: ${list(others)}. Where Consignee is to render an object of the same name, it asks for the old one to go first.`,
        ]),
  ];
}

function listAdoption({ adopted, left }: Adoption): readonly string[] {
  const runs = adopted.map(({ name, version }) => `${code(name)} at ${code(version)}`).join(', ');
  return [
    ...(adopted.length === 0 ? [] : [`**Adopted**, with lock files for what runs, verified: ${runs}.`]),
    ...(left.length === 0 ? [] : ['', '**Not adopted yet**:', '']),
    ...left.map(({ name, message, remedy = '' }) => `- ${code(name)}: ${plain(`${message} ${remedy}`.trim())}`),
  ];
}
