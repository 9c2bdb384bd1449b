/** How long a secret that was read is used, in milliseconds: an exchange shows after this time, and no file is read for each delivery. */
const freshTime = 1_000;

/**
 * Keeps what `read` gives for a moment. What cannot be read is not replaced by what was read before.
 *
 * @param now Milliseconds that never go back.
 */
export function createSecretSource(
  read: () => Promise<readonly string[]>,
  now: () => number = () => performance.now(),
): () => Promise<readonly string[]> {
  let kept: { readonly secrets: Promise<readonly string[]>; readonly at: number } | undefined;
  return () => {
    if (kept && now() - kept.at < freshTime) return kept.secrets;
    const secrets = read();
    const entry = { secrets, at: now() };
    kept = entry;
    secrets.catch(() => {
      if (kept === entry) kept = undefined;
    });
    return secrets;
  };
}
