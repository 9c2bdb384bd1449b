/** What a registry is asked with. Never printed. */
export type RegistryCredentials =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** A token that is ready to be sent. */
  | { readonly kind: 'bearer'; readonly token: string }
  /** A token that is exchanged for others at the registry's token server. */
  | { readonly kind: 'identity-token'; readonly token: string };

/** Reads credentials where they stand; called whenever they are needed, so that they can be exchanged. */
export type CredentialSource = () => Promise<RegistryCredentials | undefined>;

/** @returns The value of `Authorization` for a name and a password. */
export function basicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
