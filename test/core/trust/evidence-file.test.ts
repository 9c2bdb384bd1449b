import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../../src/core/trust/evidence.ts';
import { printEvidenceFile } from '../../../src/core/trust/evidence-file.ts';
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
  test('is JSON for programs, and for people as well', () => {
    const text = printEvidenceFile(evidence);
    expect(text).toMatch(/^\{\n {2}"component": "example\.org\/greeter",\n.*\n\}\n$/s);
    expect(JSON.parse(text)).toEqual(evidence);
  });
});
