import * as z from 'zod';
import { normalisationAlgorithms } from '../core/trust/normalise.ts';
import { signatureAlgorithms } from '../core/trust/signature-value.ts';
import { anything, certificateAuthority, forge, httpAddress, path, webhookSecrets } from './forge-schema.ts';
import {
  branch,
  choice,
  componentGlob,
  duration,
  gitAddress,
  hostName,
  list,
  name,
  registryName,
  text,
} from './scalars.ts';
import { secretReference } from './secret-reference.ts';

/** What holds where the operator says nothing. Paths are relative to the file. */
export const serverDefaults = {
  forge: 'plain-git',
  branch: 'main',
  store: { sqlite: 'consignee.db' },
  cache: 'consignee-cache',
  author: { name: 'Consignee', email: 'consignee@localhost' },
  limits: { renderTime: '5s', contentCache: 256 },
  concurrency: 8,
  polling: '5m',
  minimumSignatures: 1,
} as const;

const author = z.strictObject({
  name: text(/^[^<>\n]+$/, 'a name').describe('Name of the author.'),
  email: text(/^[^\s<>]+$/, 'an e-mail address').describe('E-mail address of the author.'),
});

const registryCredentials = z
  .strictObject({
    token: secretReference.describe('A ready bearer token.').optional(),
    username: anything.describe('Name of the user.').optional(),
    password: secretReference.describe("The user's password, or a token that stands for it.").optional(),
    dockerConfig: path.describe('A `config.json` of Docker, with its credential helpers.').optional(),
    ocmConfig: path.describe('An `.ocmconfig` of the OCM command line.').optional(),
  })
  .check(({ value, issues }) => {
    const { username, password, ...others } = value;
    const whole = (username === undefined) === (password === undefined);
    const sets = Object.values(others).filter((it) => it !== undefined).length + (username === undefined ? 0 : 1);
    if (whole && sets === 1) return;
    const remedy = 'Write username and password, or one of token, dockerConfig and ocmConfig.';
    const message = 'these are not one whole set of credentials';
    issues.push({ code: 'custom', input: value, message, params: { remedy } });
  });

const applicationsRepository = z
  .strictObject({
    url: gitAddress.describe(
      'Address for git, or the path of a repository. A relative path begins at the folder of this file.',
    ),
    forge: name
      .describe('Connection under `forges`. `plain-git` needs no entry there.')
      .meta({ default: serverDefaults.forge })
      .optional(),
    branch: branch
      .describe('Branch that Flux follows, and from which the repository configuration is read.')
      .meta({ default: serverDefaults.branch })
      .optional(),
    author: author.describe('Author of commits in this repository. Default: `author`.').optional(),
  })
  .meta({ id: 'applicationsRepository' });

const notification = z
  .strictObject({
    url: httpAddress.describe('Where notifications are posted as JSON.'),
    secret: secretReference.describe('They are signed with it, by HMAC-SHA256 in `X-Consignee-Signature-256`.'),
  })
  .meta({ id: 'notification' });

const registry = z
  .strictObject({
    archive: path.describe('An archive (CTF) that stands in for the registry. Excludes all others.').optional(),
    address: text(/^https?:\/\/[a-z0-9.-]+(?::[0-9]{1,5})?$/, 'an address such as https://10.0.0.7:5000')
      .describe('Where the host is reached, when not under its name.')
      .optional(),
    credentials: registryCredentials.describe('The account of the bot. Default: none.').optional(),
    certificateAuthority: certificateAuthority.optional(),
    insecureHttp: z.boolean('true or false').describe('Reads without TLS.').meta({ default: false }).optional(),
    tokenHosts: list(hostName, 'a list of hosts')
      .describe('Hosts beside the registry itself that may be asked for tokens, with the credentials.')
      .meta({ default: [] })
      .optional(),
    redirectHosts: list(hostName, 'a list of hosts')
      .describe('Hosts beside the registry itself from which blobs may be fetched, without credentials.')
      .meta({ default: [] })
      .optional(),
    concurrency: z
      .int('a whole number from 1 to 64')
      .min(1, 'a whole number from 1 to 64')
      .max(64, 'a whole number from 1 to 64')
      .describe('Requests at the same time.')
      .meta({ default: serverDefaults.concurrency })
      .optional(),
    webhookSecrets: webhookSecrets.optional(),
  })
  .check(({ value, issues }) => {
    if (value.archive === undefined || Object.keys(value).length === 1) return;
    const remedy = 'Write the archive alone, or a registry without "archive".';
    issues.push({ code: 'custom', input: value, message: 'an archive has no other settings', params: { remedy } });
  })
  .meta({ id: 'connectionToRegistry' });

const fluxConnection = z
  .strictObject({
    type: choice(['webhook', 'commit-status', 'cluster']).describe(
      'How Flux reports: to a webhook of the bot, as commit status on the forge, or by watching the cluster.',
    ),
    webhookSecrets: webhookSecrets.optional(),
    kubeconfig: secretReference.describe('For `cluster`: the configuration that reaches it.').optional(),
  })
  .meta({ id: 'fluxConnection' });

const store = z.union([
  z.strictObject({ sqlite: path.describe('File of the database.') }),
  z.strictObject({
    postgres: secretReference.describe('Reference to the connection string of a PostgreSQL database.'),
  }),
]);

const signing = z
  .strictObject({
    format: choice(['ssh', 'openpgp']).describe('Kind of key, as git has it.'),
    key: text(
      /^(?:file:[^\s].*|(?:0x)?[0-9A-Fa-f]{16,64})$/,
      'file: and the path of an ssh key such as file:keys/commits, or the fingerprint of an OpenPGP key',
    )
      .describe('Signs all commits of the bot. It has no passphrase. Without it, nothing is signed.')
      .optional(),
    allowedSigners: path
      .describe('For `ssh`: the keys that count for `verify-render`, in lines `<name> <public key>`.')
      .optional(),
    home: path
      .describe('For `openpgp`: folder of the keyring, with the key, and with the public keys that count.')
      .optional(),
  })
  .check(({ value, issues }) => {
    const wrong = (value.format === 'ssh' ? wrongForSsh : wrongForOpenPgp).find(([is]) => is(value));
    if (!wrong) return;
    const [, message, remedy] = wrong;
    issues.push({ code: 'custom', input: value, message, params: { remedy } });
  });

interface WrittenSigning {
  readonly key?: string | undefined;
  readonly allowedSigners?: string | undefined;
  readonly home?: string | undefined;
}

type WrongSigning = readonly [is: (written: WrittenSigning) => boolean, message: string, remedy: string];

const wrongForSsh: readonly WrongSigning[] = [
  [({ home }) => home !== undefined, 'ssh keys have no keyring', 'Take "home" away.'],
  [({ key }) => key?.startsWith('file:') === false, 'an ssh key is a file', 'Write key: file:<path>.'],
];

const wrongForOpenPgp: readonly WrongSigning[] = [
  [
    ({ allowedSigners }) => allowedSigners !== undefined,
    'in openpgp the keyring says which keys count',
    'Write "home", the folder of the keyring, instead.',
  ],
  [({ home }) => home === undefined, 'the keyring is missing', 'Write "home", the folder of the keyring.'],
  [({ key }) => key?.startsWith('file:') === true, 'an OpenPGP key lies in the keyring', 'Write its fingerprint.'],
];

const address = text(/^(?:\[[0-9a-f:]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$/, 'host and port such as 127.0.0.1:8080');

const listen = z.strictObject({
  hooks: address.describe('Webhooks of forges, registries and Flux.').optional(),
  dashboard: address.describe('Dashboard and API.').optional(),
  metrics: address.describe('Metrics for Prometheus.').optional(),
});

const limits = z.strictObject({
  renderTime: duration
    .describe('How long the rendering of one installation may take.')
    .meta({ default: serverDefaults.limits.renderTime })
    .optional(),
  contentCache: z
    .int('a whole number of MiB')
    .min(0, 'a whole number of MiB')
    .max(1_048_576, 'a whole number of MiB')
    .describe('MiB of disk, in the cache folder, for content of registries that need not be fetched again.')
    .meta({ default: serverDefaults.limits.contentCache })
    .optional(),
});

const trust = z.strictObject({
  allowUnsigned: list(componentGlob, 'a list of component names')
    .describe('Components that may be installed without a required signature. Loosens the protection.')
    .meta({ default: [] })
    .optional(),
  allowExternalAccess: list(componentGlob, 'a list of component names')
    .describe(
      'Components whose content may lie outside of the configured registries, where it is not checked: pull requests warn of it. Loosens the protection.',
    )
    .meta({ default: [] })
    .optional(),
  minimumSignatures: z
    .int('a whole number, at least 1')
    .min(1, 'a whole number, at least 1')
    .max(16, 'a whole number, at most 16')
    .describe('How many signatures repositories must require at least, made with as many different keys.')
    .meta({ default: serverDefaults.minimumSignatures })
    .optional(),
  normalisations: list(choice(normalisationAlgorithms), 'a list of normalisation algorithms')
    .min(1, 'a list of at least one normalisation algorithm')
    .describe('Normalisation algorithms that count. Default: all supported ones.')
    .optional(),
  algorithms: list(choice(signatureAlgorithms), 'a list of signature algorithms')
    .min(1, 'a list of at least one signature algorithm')
    .describe('Signature algorithms that count. Default: all supported ones.')
    .optional(),
  revokedKeys: list(
    text(/^sha256:[0-9a-f]{64}$/, 'the fingerprint of a key such as sha256:0123… (64 hexadecimal digits)'),
    'a list of fingerprints of keys',
  )
    .describe(
      'Keys that count for nothing, installed or not, as SHA-256 of their SubjectPublicKeyInfo; also those of certificates.',
    )
    .meta({ default: [] })
    .optional(),
});

export const serverSchema = z.strictObject({
  applicationsRepositories: z
    .record(name, applicationsRepository)
    .describe('The applications repositories that are served.'),
  forges: z.record(name, forge).describe('Connections to forges.').optional(),
  registries: z
    .record(registryName, registry)
    .describe('How registries are reached, by name. The longest name that a registry begins with counts.')
    .optional(),
  flux: z.record(name, fluxConnection).describe('Connections to Flux, which reports health.').optional(),
  store: store.describe('Where the bot remembers what git cannot.').meta({ default: serverDefaults.store }).optional(),
  cache: path.describe('Folder for what can be fetched again.').meta({ default: serverDefaults.cache }).optional(),
  crds: path
    .describe(
      'Folder of CustomResourceDefinitions that rendered objects must fit, in the place of the built-in schemas of their kinds. A repository adds its own in `.consignee/crds`.',
    )
    .optional(),
  publicUrl: httpAddress
    .describe(
      'Where forges and registries reach the listener for webhooks: `<publicUrl>/hooks/…`. For `init` and `doctor`.',
    )
    .optional(),
  polling: duration
    .describe('How often `serve` looks at everything, whether or not a webhook came.')
    .meta({ default: serverDefaults.polling })
    .optional(),
  notify: z
    .record(name, notification)
    .describe('Who is told by webhook when a delivery is refused, and when that is over.')
    .optional(),
  listen: listen.describe('Addresses to listen on. Without one, the listener is off.').optional(),
  limits: limits.describe('Limits of the process.').optional(),
  author: author.describe('Author of commits.').meta({ default: serverDefaults.author }).optional(),
  signing: signing.describe('Signatures of commits. Without it, they are not signed.').optional(),
  trust: trust.describe('What every repository must keep to: it can tighten this, not loosen it.').optional(),
});

export type WrittenServer = Readonly<z.infer<typeof serverSchema>>;
