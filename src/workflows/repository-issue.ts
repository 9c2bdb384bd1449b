/** The issue of a repository on which commands are given that name their installation (design.md 7). */
export const repositoryIssue = {
  key: 'consignee',
  title: 'Consignee',
  body: [
    'Commands that are not about an open pull request are given here, in a comment of their own, and name their installation: ',
    '`/explain <environment>/<application>`. `/help` lists them.',
  ].join(''),
} as const;
