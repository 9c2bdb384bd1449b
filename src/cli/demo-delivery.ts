import type { ComponentName } from '../core/component/component-name.ts';
import { type Digest, digestOf, parseDigest } from '../core/digest.ts';
import { Failure } from '../core/failure.ts';
import type { ArchiveWriter, PublishedVersion } from '../ports/archive-writer.ts';
import type { ComponentRepository } from '../ports/component-repository.ts';

const maxBytes = 1024 * 1024;

interface DeliveryInput {
  /** The provider's archive, with every version in it. */
  readonly source: ComponentRepository;
  readonly component: ComponentName;
  /** The consumer's archive. */
  readonly archive: string;
  readonly writer: ArchiveWriter;
}

/** Replicates one component version into the consumer's archive, byte for byte. */
export async function deliver({ source, component, archive, writer }: DeliveryInput, version: string): Promise<void> {
  await writer.add(archive, await readVersion(source, component, version));
}

/**
 * Puts a forged version into the consumer's archive, as somebody on the way might: a good version under a new number and with
 * another image, its signature left as it was.
 */
export async function deliverForged(
  { source, component, archive, writer }: DeliveryInput,
  from: string,
  forged: string,
): Promise<void> {
  const good = await readVersion(source, component, from);
  const forge = (text: string) => text.replaceAll(from, forged).replaceAll('6.3.6-static', '6.6.6-static');
  const renamed = new Map<string, string>();
  // Replacements of equal length leave the archive inside the layer in order.
  const blobs = good.blobs.map((bytes) => {
    const after = Buffer.from(forge(Buffer.from(bytes).toString('latin1')), 'latin1');
    renamed.set(digestOf(bytes), digestOf(after));
    return after;
  });
  const follow = (text: string) =>
    [...renamed].reduce((result, [before, after]) => result.replaceAll(before, after), text);
  const [config, ...layers] = blobs.map((bytes) => Buffer.from(follow(bytes.toString('latin1')), 'latin1'));
  if (!config) throw new Error('A component version has a config.');
  const before = good.blobs[0];
  if (before) renamed.set(digestOf(before), digestOf(config));
  const manifest = Buffer.from(follow(forge(Buffer.from(good.manifest).toString())));
  await writer.add(archive, { component, tag: forged, manifest, blobs: [config, ...layers] });
}

/** Config first, then the layers. */
async function readVersion(
  source: ComponentRepository,
  component: ComponentName,
  tag: string,
): Promise<PublishedVersion> {
  const digest = await source.resolveTag(component, tag);
  if (!digest)
    throw new Failure('local', `The demo has no ${component}:${tag}.`, {
      remedy: 'Restore templates/demo/podinfo.tgz.',
    });
  const manifest = await readBytes(source, component, { digest, kind: 'manifest' });
  const { config, layers } = JSON.parse(Buffer.from(manifest).toString()) as {
    config: { digest: string };
    layers: { digest: string }[];
  };
  const digests = [config, ...layers].flatMap((it) => parseDigest(it.digest) ?? []);
  return {
    component,
    tag,
    manifest,
    blobs: await Promise.all(digests.map((it) => readBytes(source, component, { digest: it, kind: 'blob' }))),
  };
}

async function readBytes(
  source: ComponentRepository,
  component: ComponentName,
  { digest, kind }: { readonly digest: Digest; readonly kind: 'manifest' | 'blob' },
): Promise<Uint8Array> {
  const read = await source.read(component, digest, { kind, maxBytes });
  if (read.kind === 'read') return read.bytes;
  throw new Failure('local', `The demo's archive is damaged: ${digest} is ${read.kind}.`, {
    remedy: 'Restore templates/demo/podinfo.tgz.',
  });
}
