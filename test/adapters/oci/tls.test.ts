import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRegistryClient } from '../../../src/adapters/oci/registry-client.ts';
import { redirect } from '../../support/faults.ts';
import { ask, type OciWorldOptions, startOciWorld } from '../../support/oci-world.ts';

interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const run = promisify(execFile);
const clientModule = new URL('../../../src/adapters/oci/registry-client.ts', import.meta.url).href;

let folder = '';
let good: Certificate;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tls-'));
  good = createCertificate('IP:127.0.0.1');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Makes a certificate that is its own authority. */
function createCertificate(name: string, expired = false): Certificate {
  const [key, cert, request] = ['key.pem', 'cert.pem', 'request.pem'].map((it) => join(folder, it)) as [
    string,
    string,
    string,
  ];
  const openssl = (...rest: readonly string[]) => execFileSync('openssl', rest, { stdio: 'pipe' });
  openssl(
    'req',
    '-new',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    key,
    '-out',
    request,
    '-subj',
    '/CN=registry.test',
  );
  const extensions = join(folder, 'extensions');
  writeFileSync(extensions, `subjectAltName=${name}\nbasicConstraints=critical,CA:TRUE\n`);
  const days = expired ? '-1' : '2';
  openssl('x509', '-req', '-in', request, '-signkey', key, '-out', cert, '-days', days, '-extfile', extensions);
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

const credentials = async () => ({ kind: 'basic', username: 'me', password: 'hunter2' }) as const;
const start = (tls: NonNullable<OciWorldOptions['registry']>['tls'], trusted: string, options: OciWorldOptions = {}) =>
  startOciWorld({
    insecureHttp: false,
    credentials,
    certificateAuthorities: trusted === '' ? [] : [trusted],
    ...options,
    registry: { ...options.registry, ...(tls && { tls }) },
  });

describe('a registry over https', () => {
  test('F-02: is asked when its authority was given', async () => {
    await using world = await start(good, good.cert);
    expect(await ask.list(world)).toMatchObject({ complete: true });
    expect(await ask.stream(world)).toEqual(world.bytes);
  });

  test('F-02: is asked with an authority of the system when another was given', async () => {
    await using world = await start(good, good.cert);
    const [system, given] = [join(folder, 'system.pem'), createCertificate('DNS:other.example').cert];
    writeFileSync(system, good.cert);
    // The authorities of the system are read when a process starts.
    const script = `
      const { createRegistryClient } = await import(${JSON.stringify(clientModule)});
      const client = createRegistryClient(${JSON.stringify({ host: world.fake.host, certificateAuthorities: [given] })});
      console.log(JSON.stringify(await client.listTags('nothing')));
      await client[Symbol.asyncDispose]();`;
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: system };
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { env });
    expect(JSON.parse(stdout)).toMatchObject({ complete: true });
  });

  test.each([
    ['of an authority that is not known', () => ({ ...good, trusted: '' }), /DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED/],
    ['of another host', () => withTrust(createCertificate('DNS:other.example')), /ERR_TLS_CERT_ALTNAME_INVALID/],
    ['that has expired', () => withTrust(createCertificate('IP:127.0.0.1', true)), /CERT_HAS_EXPIRED/],
    [
      'with a version that is too old',
      () => ({ ...withTrust(good), maxVersion: 'TLSv1.1' as const }),
      /ERR_SSL|EPROTO/,
    ],
  ])('F-02: with a certificate %s is not asked, and not asked again', async (_what, certificate, message) => {
    const { trusted, ...tls } = certificate();
    await using world = await start(tls, trusted);
    await expect(ask.list(world)).rejects.toMatchObject({
      code: 'registry-unreachable',
      message: expect.stringMatching(message),
      remedy: expect.stringContaining('certificate'),
    });
    expect(world.client.requests).toBe(1);
    expect(world.fake.requests).toEqual([]);
  });

  test('F-02: that speaks no TLS is told by its cause, in one line', async () => {
    await using plain = await startOciWorld();
    const client = createRegistryClient({ host: plain.fake.host });
    await using _client = client;
    await expect(client.listTags('nothing')).rejects.toMatchObject({
      code: 'registry-unreachable',
      message: expect.stringMatching(/ speaks no TLS, but was asked over https \(GET \S+\)\.$/),
      remedy: expect.stringMatching(/insecureHttp: true.*http:\/\//),
    });
    expect(client.requests).toBe(1);
    expect(plain.fake.requests).toEqual([]);
  });

  test('F-02: with TLS that cannot be agreed on is told without the insides of the library', async () => {
    await using world = await start({ ...good, maxVersion: 'TLSv1.1' }, good.cert);
    await expect(ask.list(world)).rejects.toMatchObject({ message: expect.not.stringMatching(/\n|openssl\/|:error:/) });
  });

  test('F-13: may not send to http, even to a host that is allowed', async () => {
    await using plain = await startOciWorld();
    await using world = await start(good, good.cert, {
      redirectHosts: [plain.fake.host],
      registry: { fault: redirect(`${plain.fake.address}/content`) },
    });
    await expect(ask.blob(world)).rejects.toMatchObject({ message: expect.stringContaining('from https to http:') });
    expect(plain.fake.requests).toEqual([]);
  });

  test('F-24: may not send for a token over http', async () => {
    await using plain = await startOciWorld();
    await using world = await start(good, good.cert, {
      tokenHosts: [plain.fake.host],
      registry: {
        fault: ({ response }) => {
          response.writeHead(401, { 'www-authenticate': `Bearer realm="${plain.fake.address}/token"` }).end();
          return undefined;
        },
      },
    });
    await expect(ask.blob(world)).rejects.toMatchObject({ message: expect.stringContaining('no address for it') });
    expect(plain.fake.requests).toEqual([]);
  });

  test('is not asked over http unless that is allowed', async () => {
    await expect(startOciWorld({ insecureHttp: false })).rejects.toMatchObject({
      code: 'configuration',
      remedy: expect.stringContaining('insecureHttp'),
    });
  });
});

function withTrust(certificate: Certificate) {
  return { ...certificate, trusted: certificate.cert };
}
