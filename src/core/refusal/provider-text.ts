import { findUnproved } from './find-unproved.ts';
import type { RefusedInstallation } from './refused-installation.ts';
import { whoseTurn } from './whose-turn.ts';

/** Of long lists, which providers may make as long as they like, only the beginning is shown. */
export const maxListed = 20;

/** In characters: messages hold what component descriptors say. */
const maxWords = 250;

/** In characters: explanations may name hundreds of files. */
export const maxExplanation = 1_000;

/**
 * @returns What can be sent to the provider as it is, as plain text: names what was delivered and what is wrong with it, and nothing of
 *   how it is deployed here. `undefined` where the provider has no part in it.
 */
export function describeForProvider(refused: RefusedInstallation): string | undefined {
  const { request } = whoseTurn(refused);
  if (request === undefined) return undefined;
  const { component, version, registry, signatures, because, evidence, reasons } = refused;
  const digest = evidence?.digest;
  const unproved = findUnproved(evidence, reasons);
  const lines = [
    because === 'content-changed'
      ? `The content of ${component} ${version} was replaced: it is not taken.`
      : `${component} ${version} was delivered and is not taken.`,
    '',
    `Component: ${component}`,
    `Version: ${version}`,
    ...(digest ? [`Digest: ${digest.hashAlgorithm}:${digest.value} (${digest.normalisationAlgorithm})`] : []),
    ...(evidence?.manifest ? [`Manifest: ${evidence.manifest}`] : []),
    `Found in: ${registry}`,
    ...(signatures.length > 0 ? [`Signatures that must hold: ${signatures.join(', ')}`] : []),
    '',
    'What is wrong:',
    ...listed(reasons.map(({ where, code, message }) => `${oneLine(where)}: ${oneLine(message)} (${code})`)),
    ...(unproved.length > 0 ? ['', 'Signed digests of what is missing or wrong:'] : []),
    ...listed(
      unproved.map(
        (it) => `${oneLine(it.where)} ${oneLine(it.version)}: ${it.digest.hashAlgorithm}:${it.digest.value}`,
      ),
    ),
    '',
    request,
  ];
  return lines.map((line) => printable(line)).join('\n');
}

function listed(lines: readonly string[]): readonly string[] {
  const shown = lines.slice(0, maxListed).map((line, index) => `${index + 1}. ${line}`);
  return lines.length > maxListed ? [...shown, `… and ${lines.length - maxListed} more.`] : shown;
}

/** @returns The text in one line, cut, so that nothing in it looks like another line of ours. */
export function oneLine(text: string, maxLength = maxWords): string {
  const line = printable(text);
  return line.length > maxLength ? `${line.slice(0, maxLength).toWellFormed()}…` : line;
}

/** @returns The text without control characters and what makes text look like what it is not (reliability.md A-26). */
function printable(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (it) => (/[\n\r\t]/.test(it) ? ' ' : '\ufffd'));
}
