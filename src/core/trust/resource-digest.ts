import { hasNoContent } from '../component/access.ts';
import type { ResourceContent } from '../component/collected-version.ts';
import type { ContentDigest, Resource } from '../component/component-descriptor.ts';
import { type HashAlgorithm, isHex, nodeHashOf, parseHashAlgorithm } from './component-digest.ts';
import type { ResourceEvidence } from './evidence.ts';
import type { Problem } from './reason.ts';

/** How a resource's digest is to be recomputed. */
export type DigestRule =
  | {
      readonly kind: 'rule';
      /** `blob`: over the bytes as stored; `artifact`: the digest of the OCI manifest or index. */
      readonly over: 'blob' | 'artifact';
      readonly hash: HashAlgorithm;
      readonly value: string;
    }
  | { readonly kind: 'problem'; readonly problem: Problem };

const normalisations: ReadonlyMap<string, 'blob' | 'artifact'> = new Map([
  ['genericBlobDigest/v1', 'blob'],
  ['ociArtifactDigest/v1', 'artifact'],
  ['ociArtefactDigest/v1', 'artifact'],
]);

/** @see ocm-spec, doc/04-extensions/04-algorithms/artifact-normalization-types.md */
export function readDigestRule(digest: ContentDigest | undefined): DigestRule {
  if (!digest) return problem('digest-missing', 'it has no digest, so its content could be replaced at will');
  const { hashAlgorithm, normalisationAlgorithm, value } = digest;
  if (hashAlgorithm === 'NO-DIGEST' || normalisationAlgorithm === 'EXCLUDE-FROM-SIGNATURE') {
    return problem('digest-missing', 'it is excluded from what is signed, so its content could be replaced at will');
  }
  const over = normalisations.get(normalisationAlgorithm);
  const hash = parseHashAlgorithm(hashAlgorithm);
  if (!over || !hash) {
    return problem(
      'unsupported-algorithm',
      `its digest is of the kind ${JSON.stringify([hashAlgorithm, normalisationAlgorithm])}`,
    );
  }
  if (!isHex(value)) return problem('malformed', 'its digest is not written in lower-case hexadecimal digits');
  return { kind: 'rule', over, hash, value };
}

/** What is known of one resource after comparing its content with its digest. */
export interface ResourceJudgement {
  readonly proof: ResourceEvidence['proof'];
  readonly problems: readonly Problem[];
  /** What policy refuses or only warns about. */
  readonly warning?: Problem;
}

/** Holds what was read against the digest that the component descriptor states. */
export function judgeResource(resource: Resource, content: ResourceContent): ResourceJudgement {
  if (hasNoContent(resource)) {
    return resource.digest
      ? unproved('malformed', 'its access is none, and yet it has a digest of content')
      : { proof: 'none', problems: [] };
  }
  const rule = readDigestRule(resource.digest);
  if (rule.kind === 'problem') return { proof: 'unproved', problems: [rule.problem] };
  const signed = `${nodeHashOf(rule.hash)}:${rule.value}`;
  switch (content.kind) {
    case 'not-read':
      return unproved('resource-unreachable', 'its content was not looked for');
    case 'problems':
      return { proof: 'unproved', problems: content.problems };
    case 'unreachable':
      return judgeUnreachable(content, signed);
    case 'artifact':
      return content.digest === signed ? proved(content) : mismatch(signed, content.digest);
    case 'blob':
      return judgeBlob(content, signed, rule.over);
  }
}

/**
 * The second command line writes the digest of the main manifest under the name of the blob digest for images it copies, so for
 * archives of OCI artifacts either one proves the content.
 */
function judgeBlob(
  content: Extract<ResourceContent, { kind: 'blob' }>,
  signed: string,
  over: 'blob' | 'artifact',
): ResourceJudgement {
  const { hash, artifact } = content;
  const stored = `${signed.slice(0, signed.indexOf(':'))}:${hash}`;
  if (over === 'blob' && stored === signed) return proved(content);
  if (artifact === signed) return proved({ read: true });
  if (over === 'artifact' && typeof artifact === 'object') return { proof: 'unproved', problems: [artifact] };
  return mismatch(signed, over === 'artifact' && typeof artifact === 'string' ? artifact : stored);
}

/** Only an archive that somebody looks into by itself has no registry that its content could leave. */
function judgeUnreachable(
  { where, pinned, code }: Extract<ResourceContent, { kind: 'unreachable' }>,
  signed: string,
): ResourceJudgement {
  if (pinned && pinned !== signed) return mismatch(signed, pinned);
  const proof = pinned ? 'pinned' : 'unproved';
  if (code === 'resource-unreachable') {
    const message = `its content lies outside of the component repository: ${where}`;
    return { ...unproved(code, message), proof };
  }
  const message = `its content lies outside of the configured registries, where this site may not reach it: ${where}`;
  return { proof, problems: [], warning: { code, message } };
}

const mismatch = (signed: string, found: string): ResourceJudgement =>
  unproved('digest-mismatch', `its digest is ${signed}, and its content has ${found}`);

function proved({ read }: { readonly read: boolean }): ResourceJudgement {
  return { proof: read ? 'content' : 'present', problems: [] };
}

function unproved(code: Problem['code'], message: string): ResourceJudgement {
  return { proof: 'unproved', problems: [{ code, message }] };
}

function problem(code: Problem['code'], message: string): DigestRule {
  return { kind: 'problem', problem: { code, message } };
}
