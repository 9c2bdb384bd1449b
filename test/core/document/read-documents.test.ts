import { describe, expect, test } from 'vitest';
import { readDocuments } from '../../../src/core/document/read-documents.ts';

describe('documents as other tools write them', () => {
  test('are read one by one, each with its own errors', () => {
    const documents = readDocuments('a: &x 1\nb: *x\n---\na: [\n---\n{ c: 3 }\n');
    expect(documents.map(({ errors }) => errors.length > 0)).toEqual([false, true, false]);
    expect(documents[0]?.toJS()).toEqual({ a: 1, b: 1 });
    expect(readDocuments('')).toEqual([]);
  });

  test.each([
    ['in the document', 'a: 1\nb: 2\na: 3\n', true],
    ['below', 'x: [{ a: 1, "a": 2 }]\n', true],
    ['in mappings of their own', 'x: { a: 1 }\ny: { a: 1 }\n', false],
    ['of another type', 'a: 1\n1: 2\n"1": 3\n', false],
  ])('a key that stands twice %s', (_, text, isError) => {
    expect(readDocuments(text).map(({ errors }) => errors.map(({ code }) => code))).toEqual([
      isError ? ['DUPLICATE_KEY'] : [],
    ]);
  });

  test('with a hundred thousand keys are read in seconds', () => {
    const text = Array.from({ length: 100_000 }, (_, index) => `k${index}: 1\n`).join('');
    expect(readDocuments(text)[0]?.errors).toEqual([]);
  }, 20_000);
});
