import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { neededEvents } from '../../../src/adapters/github/needed-events.ts';
import { gitHubDescription } from '../../support/github-description.ts';

const manifest = parse(readFileSync(new URL('../../../app.yml', import.meta.url), 'utf8'));

test('the App hears of exactly what a webhook of a repository does', () => {
  expect([...manifest.default_events].sort()).toEqual([...neededEvents].sort());
});

test('the App may do what the bot does, and nothing more', () => {
  expect(manifest.default_permissions).toEqual({
    contents: 'write',
    pull_requests: 'write',
    issues: 'write',
    statuses: 'write',
    checks: 'read',
    metadata: 'read',
    packages: 'read',
    members: 'read',
  });
});

test('its permissions are such as GitHub knows', () => {
  const permissions = manifest.default_permissions;
  const operation = gitHubDescription().operation('POST /app/installations/{installation_id}/access_tokens');
  expect(operation.checkRequest({ query: new URLSearchParams(), body: { permissions } })).toEqual([]);
});

test("it is nobody else's", () => {
  expect(manifest.public).toBe(false);
});
