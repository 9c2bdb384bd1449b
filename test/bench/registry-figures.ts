import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createArchiveWriter } from '../../src/adapters/ctf/write-archive.ts';
import { openOciRepository } from '../../src/adapters/oci/oci-repository.ts';
import { createRegistryClient, type RegistryClient } from '../../src/adapters/oci/registry-client.ts';
import { createConfiguredRepositories } from '../../src/adapters/registries/configured-repositories.ts';
import type { ComponentName } from '../../src/core/component/component-name.ts';
import { mapLimited } from '../../src/core/map-limited.ts';
import type { ComponentRepository } from '../../src/ports/component-repository.ts';
import type { PassPorts } from '../../src/workflows/pass.ts';
import { runPass } from '../../src/workflows/run-pass.ts';
import { collectAndVerify } from '../../src/workflows/verify-component-version.ts';
import { componentName, createKeyPair } from '../builders/component-version.ts';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { replayArchive } from '../support/replay-archive.ts';
import { type Figure, figure, runProcess, time } from './measure.ts';
import { contentOf, createProduct, rootOf } from './product.ts';
import { inSession, registry as registryName, type World } from './world.ts';

const program = fileURLToPath(new URL('../../bin/consignee.js', import.meta.url));
const connections = 8;
const basePath = registryName.slice(registryName.indexOf('/') + 1);
const host = registryName.slice(0, registryName.indexOf('/'));

/** What a registry is asked, and how fast, beside what `wrk` gets from the same one with the same connections. */
export async function measureRegistry(world: World): Promise<readonly Figure[]> {
  await using registry = await startDockerRegistry();
  await replayArchive(registry, world.archive, { basePath });
  const components = world.installations.map((it) => componentName(it.replace('default/', 'example.org/bench/')));
  const ceiling = await measureWrk(registry, components);
  return [
    figure(`wrk, tags/list of ${components.length} component repositories`, [ceiling], { unit: '/s' }),
    await measureListing(registry, components, ceiling),
    ...(await measureWatch(registry, world, ceiling)),
  ];
}

/** One podinfo-like version, and a product of fifty, from a registry. */
export async function measureVerifyOverNetwork(): Promise<readonly Figure[]> {
  await using registry = await startDockerRegistry();
  const folder = await mkdtemp(join(tmpdir(), 'consignee-bench-product-'));
  try {
    const keys = createKeyPair();
    const archive = join(folder, 'product.ctf');
    const writer = createArchiveWriter();
    for (const version of createProduct(keys)) await writer.add(archive, version);
    await replayArchive(registry, archive, { basePath });
    await writeFile(join(folder, 'release.pub'), keys.publicKey);
    return [...(await measureRequests(registry, keys.publicKey)), ...(await measureProduct(registry, folder))];
  } finally {
    await rm(folder, { recursive: true });
  }
}

function connect({ address }: DockerRegistry): RegistryClient {
  return createRegistryClient({ host, address, insecureHttp: true, concurrency: connections });
}

/** @returns Requests per second. */
async function measureWrk({ address }: DockerRegistry, components: readonly ComponentName[]): Promise<number> {
  const paths = components.map((it) => `"/v2/${basePath}/component-descriptors/${it}/tags/list"`);
  const script = `local paths = {${paths.join(',')}}
local next = 0
request = function() next = next % #paths + 1; return wrk.format("GET", paths[next]) end
`;
  const file = join(tmpdir(), `consignee-bench-${process.pid}.lua`);
  await writeFile(file, script);
  const words = ['--threads', '1', '--connections', `${connections}`, '--duration', '4s', '--script', file, address];
  const { stdout } = await promisify(execFile)('wrk', words);
  await rm(file);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  if (!(rate > 0) || /Non-2xx/.test(stdout)) throw new Error(`wrk: ${stdout}`);
  return rate;
}

async function measureListing(
  registry: DockerRegistry,
  components: readonly ComponentName[],
  ceiling: number,
): Promise<Figure> {
  await using client = connect(registry);
  const repository = openOciRepository(client, { registry: registryName });
  const times = await time(5, () => mapLimited(components, 2 * connections, (it) => repository.listTags(it)));
  const rates = times.map((milliseconds) => components.length / (milliseconds / 1000) / ceiling);
  return figure("the same through the adapter, of wrk's rate", rates, { unit: '×', atLeast: 0.6 });
}

/** Whole passes of a process that runs, over the installations of the world; nothing is to be done. */
async function measureWatch(registry: DockerRegistry, world: World, ceiling: number): Promise<readonly Figure[]> {
  await using client = connect(registry);
  const count = world.installations.length;
  const what = `watch ${count} component repositories, nothing new`;
  return inSession(world.folder, async ({ passPorts, passOptions }) => {
    const ports: PassPorts = { ...(await passPorts()), repositories: repositoriesOf(client) };
    const pass = () => runPass(ports, passOptions({ mode: 'run', only: [] }));
    const results = await pass();
    const wrong = results.find(({ outcome }) => outcome.kind !== 'decided' || outcome.decision.kind !== 'leave');
    if (wrong) throw new Error(`The watch does not do what is to be measured: ${JSON.stringify(wrong.outcome)}`);
    const before = client.requests;
    const times = await time(5, pass);
    const requests = (client.requests - before) / times.length;
    const shares = times.map((milliseconds) => count / (milliseconds / 1000) / ceiling);
    return [
      figure(`${what}: the whole pass`, times),
      figure(`${what}: of wrk's rate`, shares, { unit: '×', atLeast: 0.6 }),
      figure(`${what}: requests`, [requests], { unit: '', budget: count + 1 }),
    ];
  });
}

function repositoriesOf(client: RegistryClient) {
  return createConfiguredRepositories((registry) => ({
    name: host,
    open: async () => openOciRepository(client, { registry }),
  }));
}

async function measureRequests(registry: DockerRegistry, publicKey: string): Promise<readonly Figure[]> {
  await using client = connect(registry);
  const repository = openOciRepository(client, { registry: registryName });
  const { component, version } = rootOf('leaf');
  const content = new Set(contentOf(component));
  let atContent = 0;
  const watching: ComponentRepository = {
    ...repository,
    read: (of, digest, options) => {
      if (content.has(digest)) atContent ||= client.requests;
      return repository.read(of, digest, options);
    },
  };
  const policy = { signatures: [{ name: 'release', anyOf: [{ pem: publicKey, source: 'release.pub' }] }] };
  const trust = { policy: { ...policy, allowUnsigned: false }, now: new Date(), installed: false };
  const { evidence } = await collectAndVerify(async () => watching, { component, version }, trust);
  if (evidence.verdict !== 'verified') throw new Error(JSON.stringify(evidence.reasons));
  return [
    figure('requests for a new version, before its blobs', [atContent], { unit: '', budget: 4 }),
    figure(`requests for it with its ${evidence.resources.length} blobs`, [client.requests], { unit: '' }),
  ];
}

async function measureProduct({ host: address }: DockerRegistry, folder: string): Promise<readonly Figure[]> {
  const { component, version } = rootOf('product');
  const reference = `http://${address}/${basePath}//${component}:${version}`;
  const words = [program, 'verify', reference, '--signature', 'release', '--public-key', 'release=release.pub'];
  const command = { node: process.execPath, words, folder, variables: { HOME: folder } };
  const runs = [await runProcess(command), await runProcess(command), await runProcess(command)];
  const what = 'verify 50 component versions with 200 resources from a registry';
  return [
    figure(
      what,
      runs.map(({ milliseconds }) => milliseconds),
      { budget: 1000 },
    ),
    figure(
      `${what}: memory`,
      runs.flatMap(({ peakMebibytes }) => peakMebibytes ?? []),
      { unit: 'MiB', budget: 200 },
    ),
  ];
}
