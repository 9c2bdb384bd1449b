import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../../src/core/trust/evidence.ts';
import { parseEvidenceFile, printEvidenceFile } from '../../../src/core/trust/evidence-file.ts';
import { componentName, genericDigest } from '../../builders/component-version.ts';

const digest = genericDigest(Buffer.from('good morning'));
const note = {
  name: 'note',
  version: 'v1.0.0',
  type: 'plainText',
  extraIdentity: {},
  digest,
  proof: 'content',
} as const;
const { digest: _, ...bare } = note;
const evidence: Evidence = {
  component: componentName('example.org/greeter'),
  version: 'v1.0.0',
  signatures: [],
  resources: [note, bare],
  references: [],
  verdict: 'verified',
  reasons: [],
  warnings: [],
};

describe('a file of evidence', () => {
  test('is read as it was printed, for people as well', () => {
    const text = printEvidenceFile(evidence);
    expect(text).toMatch(/^\{\n {2}"component": "example\.org\/greeter",\n.*\n\}\n$/s);
    expect(parseEvidenceFile(text)).toEqual(evidence);
  });

  test.each([
    ['no JSON', '{'],
    ['nothing', 'null'],
    ['a list', '[]'],
    ['no resources', '{}'],
    ['no list of resources', '{"resources": {}}'],
    ['a resource that is none', JSON.stringify({ resources: [note, null] })],
    ...Object.entries({
      name: { name: 1 },
      version: { version: null },
      type: { type: undefined },
      'extra identity': { extraIdentity: 'x' },
      digest: { digest: 'sha256:0' },
      'value of its digest': { digest: { value: 1 } },
    }).map(([what, change]) => [`another ${what}`, JSON.stringify({ resources: [note, { ...note, ...change }] })]),
  ])('is not read from %s', (_what, text) => {
    expect(parseEvidenceFile(text)).toBeUndefined();
  });
});
