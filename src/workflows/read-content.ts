import type { ComponentName } from '../core/component/component-name.ts';
import type { Digest } from '../core/digest.ts';
import { Refusal } from '../core/trust/reason.ts';
import type { ComponentRepository, Presence, ReadProblem } from '../ports/component-repository.ts';

interface Wanted {
  readonly digest: Digest;
  readonly kind: 'manifest' | 'blob';
  readonly maxBytes: number;
}

/** Reads a manifest or blob of a component's repository. @throws {Refusal} When it is not there as its digest says. */
export async function readContent(
  repository: ComponentRepository,
  component: ComponentName,
  { digest, kind, maxBytes }: Wanted,
): Promise<Uint8Array> {
  const result = await repository.read(component, digest, { kind, maxBytes });
  if (result.kind === 'read') return result.bytes;
  throw contentRefusal(result, digest);
}

/** Proves that a blob is there. @throws {Refusal} When it is not there as its digest says. */
export async function proveContent(
  repository: ComponentRepository,
  component: ComponentName,
  digest: Digest,
): Promise<Presence> {
  const result = await repository.prove(component, digest);
  if (result.kind === 'present') return result;
  throw contentRefusal(result, digest);
}

function contentRefusal(problem: ReadProblem, digest: Digest): Refusal {
  switch (problem.kind) {
    case 'missing':
      return new Refusal('blob-missing', `${digest} is not in the component repository`);
    case 'corrupt':
      return new Refusal('digest-mismatch', `the component repository has other bytes under ${digest}`);
    case 'too-large':
      return new Refusal('too-large', `${digest} has ${problem.size} bytes, which is too large`);
  }
}
