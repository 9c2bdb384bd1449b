/** What the bot wants to hear of; `app.yml` has the same for the App. */
export const neededEvents: readonly string[] = [
  'check_run',
  'check_suite',
  'issue_comment',
  'pull_request',
  'pull_request_review',
  'push',
  'registry_package',
  'repository',
  'status',
];
