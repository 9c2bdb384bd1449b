import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { parseImageReference } from '../../../src/core/localization/image-reference.ts';

const hex = 'ab'.repeat(32);
const digest = `sha256:${hex}`;

describe('a reference is taken apart as go-containerregistry does', () => {
  test.each([
    // What stands there, registry, repository, identifier, all of it.
    ['podinfo', 'index.docker.io', 'library/podinfo', 'latest', 'index.docker.io/library/podinfo:latest'],
    ['podinfo:', 'index.docker.io', 'library/podinfo', 'latest', 'index.docker.io/library/podinfo:latest'],
    ['docker.io/podinfo:1', 'index.docker.io', 'library/podinfo', '1', 'index.docker.io/library/podinfo:1'],
    ['docker.io/team/podinfo', 'index.docker.io', 'team/podinfo', 'latest', 'index.docker.io/team/podinfo:latest'],
    ['team/podinfo:1.0', 'index.docker.io', 'team/podinfo', '1.0', 'index.docker.io/team/podinfo:1.0'],
    ['localhost/podinfo', 'index.docker.io', 'localhost/podinfo', 'latest', 'index.docker.io/localhost/podinfo:latest'],
    ['localhost:5000/podinfo', 'localhost:5000', 'podinfo', 'latest', 'localhost:5000/podinfo:latest'],
    ['host.example:5000/a/b:2', 'host.example:5000', 'a/b', '2', 'host.example:5000/a/b:2'],
    ['host.example/podinfo', 'host.example', 'podinfo', 'latest', 'host.example/podinfo:latest'],
    [`host.example/a/b:6.3.5@${digest}`, 'host.example', 'a/b', digest, `host.example/a/b@${digest}`],
    [`host.example:5000/ab@${digest}`, 'host.example:5000', 'ab', digest, `host.example:5000/ab@${digest}`],
    [`podinfo@${digest}`, 'index.docker.io', 'library/podinfo', digest, `index.docker.io/library/podinfo@${digest}`],
  ])('%s', (text, registry, repository, identifier, name) => {
    expect(parseImageReference(text)).toMatchObject({ registry, repository, identifier, name });
  });

  test.each([
    ['nothing', ''],
    ['a scheme', 'https://host.example/podinfo:1'],
    ['a scheme before a port', 'http://127.0.0.1:5000/podinfo:1'],
    ['capital letters in the path', 'host.example/Podinfo'],
    ['a path of one letter', 'host.example/a'],
    ['a path that is too long', `host.example/${'a'.repeat(256)}`],
    ['a blank', 'host.example/pod info'],
    ['a digest that is cut short', 'host.example/podinfo@sha256:abcd'],
    ['a digest of another algorithm', `host.example/podinfo@sha512:${hex}${hex}`],
    ['two digests', `host.example/podinfo@${digest}@${digest}`],
    ['a tag that is too long', `host.example/podinfo:${'a'.repeat(128)}`],
    ['a tag with a plus', 'host.example/podinfo:1.0+1'],
    ['a host with a blank', 'host .example/podinfo'],
  ])('%s cannot be parsed', (_, text) => {
    expect(parseImageReference(text)).toBeUndefined();
  });
});

const host = fc.stringMatching(/^[a-z][a-z0-9]{0,8}\.[a-z]{2,5}(?::[1-9][0-9]{1,4})?$/);
const path = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{1,9}(?:\/[a-z0-9][a-z0-9._-]{1,9}){0,3}$/);
const tag = fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/);
const reference = fc
  .tuple(fc.option(host, { nil: undefined }), path, fc.option(tag, { nil: undefined }), fc.boolean())
  .map(([at, name, of, pinned]) => {
    const place = [at, name].filter((it) => it !== undefined).join('/');
    return `${place}${of === undefined ? '' : `:${of}`}${pinned ? `@${digest}` : ''}`;
  });

property.prop([reference])('the whole reference means the same when it is parsed again', (text) => {
  const parsed = parseImageReference(text);
  expect(parsed).toBeDefined();
  expect(parseImageReference(parsed?.name ?? '')).toEqual(parsed);
});

property.prop([host, path, tag])('a digest takes the place of a tag, and nothing else changes', (at, name, of) => {
  const tagged = parseImageReference(`${at}/${name}:${of}`);
  const pinned = parseImageReference(`${at}/${name}:${of}@${digest}`);
  expect(tagged).toEqual({ registry: at, repository: name, identifier: of, name: `${at}/${name}:${of}` });
  expect(pinned).toEqual({ ...tagged, identifier: digest, digest, name: `${at}/${name}@${digest}` });
});

property.prop([fc.string({ unit: 'binary' })])('no text is parsed into parts that it does not have', (text) => {
  const parsed = parseImageReference(text);
  if (!parsed) return;
  expect(`${parsed.registry}/${parsed.repository}${parsed.digest ? '@' : ':'}${parsed.identifier}`).toBe(parsed.name);
  expect(parsed.name).toMatch(/^[!-~]+$/);
});
