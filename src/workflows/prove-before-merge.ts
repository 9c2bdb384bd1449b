import { Failure } from '../core/failure.ts';
import { parseLockFile } from '../core/installation/lock-file.ts';
import { branchOf, lockPathOf, parseBranch } from '../core/installation/places.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import { judgeProposal } from './judge-proposal.ts';
import { findBranch, readRepositoryState } from './observe-repository.ts';
import type { PassOptions, PassPorts } from './pass.ts';

/**
 * Proves what a pull request proposes once more, right before a person merges it: its tag may have moved, and a key may have been
 * revoked, since the last pass.
 *
 * @throws {Failure} `content` when it is not proved now; as the registry when that cannot be asked.
 */
export async function proveBeforeMerge(
  pullRequest: PullRequest,
  { ports, options }: { readonly ports: PassPorts; readonly options: PassOptions },
): Promise<void> {
  // Before the first configuration is merged there is none to prove anything by.
  if (pullRequest.state !== 'open' || !parseBranch(pullRequest.head)) return;
  const { content } = ports.forge;
  const base = findBranch(await content.readRefs(), pullRequest.base, content.name);
  const { installations, texts } = await readRepositoryState(content, base, options.read);
  const installation = installations.find((it) => branchOf(it) === pullRequest.head);
  if (!installation) return;
  const repository = await ports.repositories.open(installation.registry.url);
  const listing = await repository.listTags(installation.component);
  const { registries } = ports.store;
  const lookup = { repository, listing, registries, now: ports.clock.now(), record: true, anew: true };
  const path = lockPathOf(installation);
  const text = texts.get(path);
  const installed = text === undefined ? undefined : parseLockFile(text, path);
  const reasons = await judgeProposal({ installation, installed, pullRequest, texts, lookup, ports, options });
  const [first] = reasons;
  if (!first) return;
  const { number } = pullRequest;
  throw new Failure('content', `Pull request #${number} must not be merged: what it proposes is not proved now.`, {
    findings: reasons.map(({ code, message, where }) => ({ message: `${where}: ${code}, ${message}` })),
    remedy: 'When that is put right, merge again; "consignee run" says more.',
  });
}
