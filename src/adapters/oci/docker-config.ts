import { isMapping, type Mapping } from '../../core/component/mapping.ts';
import { parseStrictJson } from '../../core/document/strict-json.ts';
import { badFile, coverage, type Place, parsePlace, readCredentialFile } from './credential-file.ts';
import { askHelper, createHelperRunner, type RunHelper } from './credential-helper.ts';
import type { RegistryCredentials } from './credentials.ts';

/**
 * Looks credentials up in a configuration file of Docker: first with the helper for the host, then with the helper for all, then
 * in the file itself, where the entry with the longest path counts.
 *
 * @param place `host[:port][/path]`
 * @returns `undefined` when there are none for this place.
 * @throws {Failure} `configuration` when the file or a helper is not as it should be; nothing of its content is part of that.
 * @see containers-auth.json(5)
 */
export async function readDockerConfig(
  path: string,
  place: string,
  runHelper: RunHelper = createHelperRunner(),
): Promise<RegistryCredentials | undefined> {
  const wanted = parsePlace(place);
  const { credHelpers, credsStore, auths } = parseConfig(await readCredentialFile(path), path);
  const own = credHelpers[bestKey(credHelpers, wanted) ?? ''];
  for (const helper of [own, credsStore]) {
    if (typeof helper !== 'string' || helper === '') continue;
    const found = await askHelper(helper, wanted.host, runHelper);
    if (found) return found;
  }
  const entry = auths[bestKey(auths, wanted) ?? ''];
  if (entry === undefined) return undefined;
  if (!isMapping(entry)) throw badFile(path, `has an entry for ${wanted.host} that is no mapping`);
  return readEntry(entry, () => badFile(path, `has an entry for ${wanted.host} that holds no credentials`));
}

function parseConfig(bytes: Uint8Array, path: string) {
  const json = parseStrictJson(bytes);
  // The parser's own message may quote what stands in the file.
  if (json.kind === 'problem' || !isMapping(json.value))
    throw badFile(path, 'is no JSON object that can be read safely');
  const { auths = {}, credHelpers = {}, credsStore } = json.value;
  if (!isMapping(auths)) throw badFile(path, 'has "auths" that are no mapping');
  if (!isMapping(credHelpers)) throw badFile(path, 'has "credHelpers" that are no mapping');
  return { auths, credHelpers, credsStore };
}

/** @returns The key that covers most of the path. */
function bestKey(entries: Mapping, wanted: Place): string | undefined {
  const covering = Object.keys(entries).flatMap((key) => {
    const length = coverage(parsePlace(key), wanted);
    return length === undefined ? [] : [{ key, length }];
  });
  return covering.toSorted((a, b) => b.length - a.length)[0]?.key;
}

/** An entry without anything in it says that a helper has the credentials. */
function readEntry(entry: Mapping, failure: () => Error): RegistryCredentials | undefined {
  const text = (key: string) => (typeof entry[key] === 'string' && entry[key] !== '' ? entry[key] : undefined);
  const registryToken = text('registrytoken');
  if (registryToken !== undefined) return { kind: 'bearer', token: registryToken };
  const identityToken = text('identitytoken');
  if (identityToken !== undefined) return { kind: 'identity-token', token: identityToken };
  const [username, password] = [text('username'), text('password')];
  if (username !== undefined && password !== undefined) return { kind: 'basic', username, password };
  const auth = text('auth');
  if (auth === undefined) return undefined;
  const decoded = /^[A-Za-z0-9+/]+={0,2}$/.test(auth) ? Buffer.from(auth, 'base64').toString() : '';
  const colon = decoded.indexOf(':');
  if (colon < 1) throw failure();
  // Some programs fill the password up with zero bytes.
  return { kind: 'basic', username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, '') };
}
