import * as z from 'zod';
import { choice, list, text } from './scalars.ts';
import { secretReference } from './secret-reference.ts';

export const anything = z.string('a text').min(1, 'a text that is not empty');

export const path = text(/^[^\s](?:.*[^\s])?$/, 'a path; a relative one begins at the folder of this file');

const credentials = z
  .strictObject({
    token: secretReference.describe('A token; instead of user and password.').optional(),
    username: anything.describe('Name of the user.').optional(),
    password: secretReference.describe("The user's password.").optional(),
  })
  .check(({ value, issues }) => {
    const pair = value.username !== undefined && value.password !== undefined;
    const none = value.username === undefined && value.password === undefined;
    if (value.token === undefined ? pair : none) return;
    const remedy = 'Write either token, or username and password.';
    issues.push({
      code: 'custom',
      input: value,
      message: 'these are not one whole set of credentials',
      params: { remedy },
    });
  });

export const webhookSecrets = list(secretReference, 'a list of one or two references to secrets')
  .min(1, 'a list of one or two references to secrets')
  .max(2, 'a list of one or two references to secrets')
  .describe('Secrets of incoming webhooks: one, or two while they are exchanged.');

export const certificateAuthority = path.describe('File of the certificate authority to trust, in PEM.');

const app = z.strictObject({
  id: z.int('a whole number').min(1, 'a whole number').describe('Number of the GitHub App.'),
  privateKey: secretReference.describe('Its private key, in PEM.'),
  installation: z
    .int('a whole number')
    .min(1, 'a whole number')
    .describe('Number of its installation. Default: the one that has the repository.')
    .optional(),
});

export const httpAddress = text(
  /^https?:\/\/[^\s@/?#]+(?:\/[^\s@?#]*)?$/,
  'an address such as https://git.example.org',
);

export const forge = z
  .strictObject({
    type: choice(['plain-git', 'gitea', 'forgejo', 'github']).describe('What the forge is.'),
    url: httpAddress
      .describe(
        'Address of the forge as people open it. Not for plain git; for GitHub only where it is GitHub Enterprise.',
      )
      .optional(),
    credentials: credentials.describe('The account of the bot; for forges a token.').optional(),
    app: app.describe('For GitHub: the App that the bot is, instead of a token.').optional(),
    certificateAuthority: certificateAuthority.optional(),
    webhookSecrets: webhookSecrets.optional(),
  })
  .check(({ value, issues }) => {
    for (const problem of problemsOf(value)) {
      issues.push({ code: 'custom', input: value, message: problem.message, params: { remedy: problem.remedy } });
    }
  })
  .meta({ id: 'forge' });

interface WrittenForge {
  readonly type: string;
  readonly url?: string | undefined;
  readonly credentials?: { readonly token?: string | undefined } | undefined;
  readonly app?: unknown;
  readonly webhookSecrets?: unknown;
}

/** What a forge of this type needs, and what it has no use for. */
function problemsOf(written: WrittenForge): readonly Problem[] {
  const { type, url, credentials: account, app: ours } = written;
  const token = account?.token !== undefined;
  switch (type) {
    case 'plain-git':
      return (['url', 'app', 'webhookSecrets'] as const)
        .filter((key) => written[key] !== undefined)
        .map((key) => ({ message: `plain git has no ${key}`, remedy: `Remove "${key}".` }));
    case 'github':
      return token === (ours === undefined) ? [] : [oneAccount];
    default:
      return [
        ...(ours === undefined ? [] : [{ message: `${type} has no apps`, remedy: 'Remove "app".' }]),
        ...(url === undefined ? [{ message: `the address of ${type} is missing`, remedy: 'Write "url".' }] : []),
        ...(token ? [] : [{ message: `the bot needs a token at ${type}`, remedy: tokenRemedy }]),
      ];
  }
}

interface Problem {
  readonly message: string;
  readonly remedy: string;
}

const tokenRemedy = 'Write credentials: { token: env:NAME }.';
const oneAccount: Problem = {
  message: 'the bot needs one account at GitHub',
  remedy: 'Write either credentials with a token, or app.',
};
