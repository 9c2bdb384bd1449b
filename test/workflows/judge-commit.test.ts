import { expect, test } from 'vitest';
import { trailersOf } from '../../src/core/pull-request/commit-message.ts';
import type { CommitSignature } from '../../src/core/repository/commit.ts';
import { judgeCommit } from '../../src/workflows/verify-render/judge-commit.ts';
import { lockFile } from '../builders/lock-file.ts';
import { sha } from '../builders/observation.ts';
import { bot } from '../support/world-ports.ts';

const lock = lockFile();
const onto = sha('b');
const trailers = trailersOf({ lock, policyCommit: onto });
const written = `default/podinfo v1.0.0 (installation)\n\n${trailers.join('\n')}\n`;
const lying = written.replace('podinfo:v1.0.0', 'podinfo:v9.0.0');

interface Case {
  readonly message?: string;
  readonly merged?: boolean;
  readonly signature?: CommitSignature;
}

async function judged({ message = written, merged = false, signature }: Case) {
  const origin = { sha: sha('a'), tree: sha('c') as never, parents: [onto], author: bot, at: new Date(), message };
  const content = { readSignature: async () => signature };
  const { differences, notes } = await judgeCommit({ lock, origin, onto, merged, content });
  return [...differences.map(({ path, detail }) => `${path} ${detail}`), ...notes.map((it) => `note: ${it}`)];
}

const named = (what: string) => [expect.stringMatching(new RegExp(`^commit aaaaaaaaaa .*${what}`))];

test.each<[string, Case, readonly unknown[]]>([
  ['a proposal as it is written', {}, []],
  [
    'a proposal without trailers',
    { message: 'Change\n' },
    named('no trailers Consignee-Installation, .*Policy-Commit'),
  ],
  ['a proposal that names another version', { message: lying }, named('says ".*v9.0.0" where .*v1.0.0')],
  ['a proposal with a second, other trailer', { message: `${written}${lying}` }, named('v9.0.0')],
  ['a proposal that names another policy', { message: written.replace(onto, sha('d')) }, named('Policy-Commit: ddd')],
  ['a proposal that counts', { signature: { kind: 'trusted' } }, []],
  ['a proposal that is not signed', { signature: { kind: 'unsigned' } }, named('is not signed')],
  [
    'a proposal signed by others',
    { signature: { kind: 'untrusted', why: 'no key.' } },
    named('key that counts .no key.'),
  ],
  ['a merged commit in words of the forge', { merged: true, message: 'Squashed\n' }, []],
  ['a merged commit on another one', { merged: true, message: written.replace(onto, sha('d')) }, []],
  ['a merged commit that names another version', { merged: true, message: lying }, named('v9.0.0')],
  [
    'a merged commit of the forge',
    { merged: true, signature: { kind: 'untrusted', why: 'no key' } },
    [expect.stringContaining('note: The commit aaaaaaaaaa has no signature of a key that counts (no key): forges')],
  ],
])('%s', async (_, situation, expected) => {
  expect(await judged(situation)).toEqual(expected);
});
