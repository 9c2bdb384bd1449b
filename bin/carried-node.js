import { createRequire } from 'node:module';

/** The oldest Node that runs the TypeScript sources as they are (package.json, engines). */
const oldest = 24;

/**
 * Finds the Node that npm installed beside the dependencies, for machines whose own is too old.
 *
 * @returns {string | undefined} A path, or `undefined` when the running Node will do or none is carried for this platform.
 */
export function carriedNode() {
  if (Number(process.versions.node.split('.')[0]) >= oldest) return undefined;
  try {
    const require = createRequire(import.meta.url);
    return require.resolve(`node-${process.platform}-${process.arch}/bin/node`);
  } catch {
    console.error(
      `Consignee needs Node ${oldest} or newer; this is ${process.version}. Install a newer Node ("npm ci" brings one on Linux x64 and arm64 only).`,
    );
    process.exit(1);
  }
}
