import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { gitHubDescription } from './github-description.ts';
import { created, ok, type Routes, refuse } from './github-routes.ts';
import type { Account, GitHubState } from './github-state.ts';

/** A GitHub App that is installed in the repository. */
export interface InstalledApp {
  readonly id: number;
  readonly slug: string;
  readonly installation: number;
  /** In PEM. */
  readonly publicKey: string;
  /** What it does is done by this account. */
  readonly account: Account;
}

/** Requests by the App itself, signed with its key; everything else it does with a token of the installation. */
export const appRoutes = (app: InstalledApp): Routes => ({
  'GET /app': () => ok(gitHubDescription().complete('integration', { id: app.id, slug: app.slug, name: app.slug })),
  'GET /repos/{owner}/{repo}/installation': () =>
    ok(gitHubDescription().complete('installation', { id: app.installation, app_id: app.id, app_slug: app.slug })),
  'POST /app/installations/{installation_id}/access_tokens': ({ state, path, body }) => {
    if (Number(path('installation_id')) !== app.installation) return refuse(404, 'Not Found');
    const repositories = Array.isArray(body.repositories) ? body.repositories : [];
    if (repositories.some((it) => it !== state.name))
      return refuse(422, 'There is at least one repository that does not exist');
    const token = `ghs_${randomBytes(12).toString('hex')}`;
    state.tokens.set(token, app.account);
    const known = { token, expires_at: new Date(Date.now() + 3_600_000).toISOString() };
    return created(gitHubDescription().complete('installation-token', known));
  },
});

/** Whether a token says who the App is, with its own key, now, and for no longer than GitHub lets it. */
export function provesApp(token: string, app: InstalledApp): boolean {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const signed = Buffer.from(`${header}.${payload}`);
  const holds = verify('RSA-SHA256', signed, createPublicKey(app.publicKey), Buffer.from(signature, 'base64url'));
  const { iss, iat, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const now = Date.now() / 1000;
  return holds && String(iss) === String(app.id) && iat <= now && exp > now && exp - iat <= 660;
}

/** Accounts that a request may act for. */
export function actorOf(
  authorization: string | undefined,
  state: GitHubState,
  app: InstalledApp | undefined,
): Account | undefined {
  const token = /^(?:token|bearer) (\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
  if (app && token.split('.').length === 3) return provesApp(token, app) ? app.account : undefined;
  return state.tokens.get(token);
}
