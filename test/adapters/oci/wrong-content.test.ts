import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { Fault } from '../../support/fake-registry.ts';
import { type FaultRow, failure, refusal, testFaults } from '../../support/fault-table.ts';
import { drip, endless, first, gzip, json, text, truncated } from '../../support/faults.ts';
import { ask, greeter, greeterPath } from '../../support/oci-world.ts';

const other = Buffer.from('other'.repeat(240));
const withLarge = { layers: [randomBytes(3_000_000)] };
const tagsOf = (...tags: readonly unknown[]) => ({ name: greeterPath, tags });

const content: readonly FaultRow[] = [
  {
    id: 'F-19',
    what: 'a manifest with other bytes',
    fault: text(other),
    act: ask.manifest,
    gives: { kind: 'corrupt' },
  },
  {
    id: 'F-19',
    what: 'a blob with other bytes of the same number',
    fault: text(other),
    act: ask.blob,
    gives: { kind: 'corrupt' },
  },
  {
    id: 'F-19',
    what: 'a stream of other bytes',
    fault: text(other),
    act: ask.stream,
    gives: refusal('digest-mismatch'),
  },
  {
    id: 'F-19',
    what: 'a blob that is shorter',
    fault: text(Buffer.from('good morning'.repeat(100)).subarray(1)),
    act: ask.blob,
    gives: { kind: 'corrupt' },
  },
  {
    id: 'F-19',
    what: 'a header that states another digest',
    fault: statesDigest(`sha256:${'0'.repeat(64)}`),
    act: ask.manifest,
    gives: { kind: 'corrupt' },
  },
  {
    id: 'F-19',
    what: 'a header that states a digest of an unknown kind',
    fault: statesDigest('md5:abc'),
    act: ask.manifest,
    gives: { kind: 'corrupt' },
  },
  {
    id: 'F-19',
    what: 'a tag whose header states another digest',
    fault: statesDigest(`sha256:${'0'.repeat(64)}`),
    act: async (world) => {
      expect(await ask.resolve(world)).toBe(world.manifest);
      return await ask.manifest(world);
    },
    gives: { kind: 'corrupt' },
    requests: 1,
  },
  {
    id: 'F-19',
    what: 'a kind that the manifest is not',
    fault: text(JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json' }), {
      'content-type': 'application/vnd.oci.image.manifest.v1+json',
    }),
    act: ask.resolve,
    gives: refusal('malformed'),
  },
  {
    id: 'F-20',
    what: 'tags without end',
    fault: endless,
    act: ask.list,
    gives: failure(/list of more than/),
    requests: 1,
  },
  {
    id: 'F-20',
    what: 'a manifest without end',
    fault: endless,
    act: ask.manifest,
    gives: expect.objectContaining({ kind: 'too-large' }),
    requests: 1,
  },
  {
    id: 'F-20',
    what: "a tag's manifest without end",
    fault: endless,
    act: ask.resolve,
    gives: expect.objectContaining({ name: 'Refusal', code: 'too-large' }),
    requests: 1,
  },
  {
    id: 'F-20',
    what: 'a blob without end',
    fault: endless,
    act: ask.blob,
    gives: expect.objectContaining({ kind: 'too-large' }),
    requests: 1,
  },
  {
    id: 'F-20',
    what: 'a proof without end',
    fault: endless,
    act: ask.prove,
    gives: expect.objectContaining({ kind: 'too-large' }),
    options: { limits: { provenBytes: 1e6 } },
  },
  {
    id: 'F-20',
    what: 'a byte now and then',
    fault: drip,
    act: ask.list,
    gives: failure(/sends too slowly: \d+ bytes/),
    requests: 1,
  },
  {
    id: 'F-20',
    what: 'a blob of a byte now and then',
    fault: drip,
    act: ask.stream,
    gives: failure(/sends too slowly/),
    requests: 1,
  },
  {
    id: 'F-20',
    what: 'a list that is sent for too long',
    fault: drip,
    act: ask.list,
    gives: failure(/took longer than 0.3 s/),
    options: { limits: { minThroughput: 0, readSeconds: 0.3 } },
    requests: 1,
  },
  {
    id: 'F-21',
    what: 'an encoding that was not asked for',
    fault: gzip,
    act: ask.list,
    gives: failure(/encoding "gzip"/),
    requests: 1,
  },
  { id: 'F-21', what: 'a blob in an encoding', fault: gzip, act: ask.blob, gives: failure(/encoding "gzip"/) },
  {
    id: 'F-23',
    what: 'a manifest of 10,000 layers',
    act: ask.find,
    options: { layers: Array.from({ length: 10_000 }, (_, index) => Buffer.from(`${index}`)) },
    gives: { kind: 'incomplete', problems: [expect.objectContaining({ code: 'malformed' })] },
  },
  {
    id: 'F-25',
    what: 'the tags of another repository',
    fault: json({ name: 'team/other', tags: ['1.0.0'] }),
    act: ask.list,
    gives: failure(/answered with the tags of "team\/other"/),
  },
  {
    id: 'F-25',
    what: 'the answer to another request for a manifest',
    fault: json(tagsOf('1.0.0')),
    act: ask.manifest,
    gives: { kind: 'corrupt' },
  },
  {
    id: 'extra',
    what: 'a body that is cut off',
    fault: truncated,
    act: ask.list,
    gives: failure(/broke the connection|stopped|sent/),
    requests: 3,
  },
  {
    id: 'extra',
    what: 'a body that is cut off once',
    fault: first(1, truncated),
    act: ask.manifest,
    gives: expect.objectContaining({ kind: 'read' }),
    requests: 2,
  },
  {
    id: 'extra',
    what: 'a blob that is announced larger than it may be',
    act: async ({ repository, blob }) => repository.read(greeter, blob, { kind: 'blob', maxBytes: 1000 }),
    gives: { kind: 'too-large', size: 3_000_000 },
    options: withLarge,
    requests: 1,
  },
  {
    id: 'extra',
    what: 'what is no HTTP',
    fault: ({ request }) => {
      request.socket.end('garbage\r\n\r\n');
    },
    act: ask.list,
    gives: failure(/no HTTP/),
    requests: 3,
  },
  {
    id: 'extra',
    what: 'no length to a proof',
    fault: ({ request, response }) => {
      if (request.method !== 'HEAD') return 'pass';
      response.writeHead(200);
      response.end();
      return undefined;
    },
    act: ask.prove,
    gives: { kind: 'present', size: 1200, read: true },
    requests: 2,
  },
  {
    id: 'extra',
    what: 'a HEAD that is not allowed',
    fault: ({ request, response }) => {
      if (request.method !== 'HEAD') return 'pass';
      response.writeHead(405);
      response.end();
      return undefined;
    },
    act: ask.prove,
    gives: { kind: 'present', size: 1200, read: true },
    requests: 2,
  },
];

/** A header on the registry's own answer. */
function statesDigest(digest: string): Fault {
  return ({ response }) => {
    const { writeHead } = response;
    response.writeHead = (code: number, headers?: unknown) =>
      writeHead.call(response, code, { ...(headers as object), 'docker-content-digest': digest });
    return 'pass';
  };
}

testFaults('a registry that answers with other content', content);
