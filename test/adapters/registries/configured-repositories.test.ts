import { describe, expect, test } from 'vitest';
import { createConfiguredRepositories } from '../../../src/adapters/registries/configured-repositories.ts';
import { type Digest, digestOf } from '../../../src/core/digest.ts';
import { Refusal } from '../../../src/core/trust/reason.ts';
import type { ComponentRepository } from '../../../src/ports/component-repository.ts';

const digest: Digest = digestOf('image');
const image = (place: string) => ({ kind: 'absolute', text: `${place}@${digest}` }) as const;

/** A registry that holds every image below its name, and writes down what it is asked. */
function repositoryOf(registry: string, asked: string[]): ComponentRepository {
  const nothing = () => Promise.reject(new Error('This is not asked for.'));
  return {
    name: registry,
    registry,
    listTags: nothing,
    resolveTag: nothing,
    read: nothing,
    prove: nothing,
    stream: () => {
      throw new Error('This is not asked for.');
    },
    findArtifact: async ({ kind, text }) => {
      asked.push(`${registry} for ${text.split('@')[0]}`);
      const inside = kind === 'relative' || text.startsWith(`${registry}/`);
      return inside ? { kind: 'present', digest, read: false } : { kind: 'outside' };
    },
    readReferenced: async ({ kind, text }) => {
      asked.push(`${registry} for ${text.split('@')[0]}`);
      const inside = kind === 'relative' || text.startsWith(`${registry}/`);
      return inside ? { kind: 'read', bytes: Buffer.from('image') } : { kind: 'missing' };
    },
  };
}

/** Registries of these names, each with an account of its own. */
function configured(...names: readonly string[]) {
  const asked: string[] = [];
  const sorted = names.toSorted((a, b) => b.length - a.length);
  const repositories = createConfiguredRepositories((registry) => {
    const name = sorted.find((it) => registry === it || registry.startsWith(`${it}/`));
    return name === undefined ? undefined : { name, open: async (it) => repositoryOf(it, asked) };
  });
  return { repositories, asked };
}

describe('an image that a resource refers to', () => {
  test.each([
    ['in the registry itself', 'host.example/prod/app', 'present', ['host.example/prod for host.example/prod/app']],
    ['in another registry that is configured', 'other.example/app', 'present', ['other.example for other.example/app']],
    [
      'in a part of the host with an account of its own',
      'host.example/shared/app',
      'present',
      ['host.example/shared for host.example/shared/app'],
    ],
    ['on the same host, where nothing is configured', 'host.example/else/app', 'outside', []],
    ['on a host that nobody configured', 'far.example/app', 'outside', []],
  ])('%s is asked for there and nowhere else', async (_, place, kind, wanted) => {
    const { repositories, asked } = configured('host.example/prod', 'host.example/shared', 'other.example');
    const repository = await repositories.open('host.example/prod');
    expect(await repository.findArtifact(image(place))).toMatchObject({ kind });
    expect(asked).toEqual(wanted);
  });

  test.each([
    ['in the registry itself', 'host.example/prod/app', 'read', ['host.example/prod']],
    ['in another registry that is configured', 'other.example/app', 'read', ['other.example']],
    ['on the same host, where nothing is configured', 'host.example/else/app', 'missing', []],
    ['on a host that nobody configured', 'far.example/app', 'missing', []],
  ])('%s is read there and nowhere else', async (_, place, kind, wanted) => {
    const { repositories, asked } = configured('host.example/prod', 'host.example/shared', 'other.example');
    const repository = await repositories.open('host.example/prod');
    expect(await repository.readReferenced(image(place), { digest, kind: 'manifest', maxBytes: 100 })).toMatchObject({
      kind,
    });
    expect(asked).toEqual(wanted.map((it) => `${it} for ${place}`));
  });

  test('beside the base path, below the same name, is found from the name on', async () => {
    const { repositories } = configured('host.example');
    const repository = await repositories.open('host.example/dev');
    expect(await repository.findArtifact(image('host.example/shared/app'))).toMatchObject({ kind: 'present' });
  });

  test('that is named from the base path on is looked for in the registry itself', async () => {
    const { repositories, asked } = configured('host.example');
    const repository = await repositories.open('host.example/dev');
    expect(await repository.findArtifact({ kind: 'relative', text: 'app:1' })).toMatchObject({ kind: 'present' });
    expect(asked).toEqual(['host.example/dev for app:1']);
  });

  test('behind an archive that cannot be read is not there', async () => {
    const asked: string[] = [];
    const repositories = createConfiguredRepositories((registry) => ({
      name: registry.split('/')[0] ?? '',
      open: async (it) => {
        if (it === 'broken.example') throw new Refusal('malformed', 'it is no archive');
        return repositoryOf(it, asked);
      },
    }));
    const repository = await repositories.open('host.example');
    expect(await repository.findArtifact(image('broken.example/app'))).toEqual({
      kind: 'incomplete',
      problems: [{ code: 'malformed', message: 'it is no archive' }],
    });
  });
});

test('a registry that is not configured is refused with the line to add', async () => {
  const { repositories } = configured('host.example');
  await expect(repositories.open('far.example/team')).rejects.toMatchObject({
    code: 'configuration',
    message: expect.stringContaining('far.example/team'),
    remedy: expect.stringContaining('far.example: {}'),
  });
});
