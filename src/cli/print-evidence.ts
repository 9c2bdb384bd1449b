import type { Evidence, ReferenceEvidence, ResourceEvidence, SignatureEvidence } from '../core/trust/evidence.ts';
import type { Reason, ReasonCode } from '../core/trust/reason.ts';

const proofs: Readonly<Record<ResourceEvidence['proof'], string>> = {
  content: 'content has its digest',
  present: 'in the registry under its digest',
  pinned: 'digest pinned, content out of reach',
  none: 'has no content',
  unproved: 'NOT PROVED',
};

const askProvider = 'Send this to the provider: the delivery has to be made again.';
const transferAgain = 'Transfer the component version again, with all it refers to.';

/** What to do about each kind of reason, for the one who runs the command. */
const remedies: Readonly<Record<ReasonCode, string>> = {
  'ambiguous-scalar': askProvider,
  'blob-missing': transferAgain,
  'certificate-expired': 'Ask the provider to sign with a certificate that is valid now.',
  'certificate-untrusted':
    'Do not use it. Check that this is the provider’s current root certificate; then ask the provider.',
  'certificate-usage': 'Ask the provider to sign with a certificate that was issued for code signing.',
  'digest-mismatch': 'Do not use it. Transfer it again; if the reason stays, tell the provider.',
  'digest-missing': 'Ask the provider to add digests and to sign again.',
  'identity-mismatch': 'Do not use it. Ask the provider which component version this is.',
  'issuer-mismatch': 'Do not use it. Check the name given with --issuer; then ask the provider who signed.',
  'issuer-missing': 'Ask the provider to state the issuer in the signature, or do without --issuer.',
  'key-retired': 'Ask the provider to sign with the current key.',
  'key-revoked': 'Do not use it. Ask the provider to sign again with a key that is not revoked.',
  'key-too-weak': 'Ask the provider to sign with an RSA key of at least 2048 bits.',
  'leaves-the-registry': 'Transfer it by value (ocm transfer component --copy-resources), or configure that registry.',
  malformed: askProvider,
  'no-trust-anchor':
    'Name the signature and its key or root: --signature NAME, with --public-key NAME=FILE or --root-ca NAME=FILE.',
  'not-signed': 'Check the name of the signature, or ask the provider to sign.',
  'number-out-of-range': askProvider,
  'policy-algorithm': 'Ask the provider to sign with an admitted algorithm, or admit this one.',
  'policy-normalisation': 'Ask the provider to sign over an admitted normal form, or admit this one.',
  'reference-cycle': askProvider,
  'reference-unresolved': transferAgain,
  'resource-missing': transferAgain,
  'resource-unreachable': 'Transfer it by value: ocm transfer component --copy-resources.',
  'signature-invalid': 'Do not use it. Check that this is the provider’s current key; then ask the provider.',
  'size-mismatch': transferAgain,
  'too-few-signers': 'Ask the provider to have it signed with one more key, of somebody else.',
  'too-large': askProvider,
  'unsupported-algorithm': 'Ask the provider to sign with RSASSA-PKCS1-V1_5 over jsonNormalisation/v3.',
  'version-not-found': 'Check the spelling of the version; v1.0.0 and 1.0.0 are two.',
};

/** @returns The evidence as text for people, ending without a line feed. */
export function printEvidence(evidence: Evidence): string {
  const { component, version, digest, manifest, signatures, resources, references, reasons, warnings } = evidence;
  const head = [
    ['component', `${component}:${version}`],
    ['digest', digest ? `${digest.value} (${digest.normalisationAlgorithm}, ${digest.hashAlgorithm})` : 'none'],
    ...(manifest ? [['manifest', manifest]] : []),
  ];
  const sections = [
    printTable(head),
    printSection('signatures', signatures.map(printSignature)),
    printSection('resources', resources.map(printResource)),
    references.length > 0 ? ['references', ...printTree(references, '  ')].join('\n') : '',
    warnings.length > 0 ? `WARNINGS\n${printReasons(warnings)}` : '',
    reasons.length > 0 ? `REFUSED\n${printReasons(reasons)}` : 'VERIFIED',
  ];
  return sections.filter((it) => it !== '').join('\n\n');
}

/** What comes from the content must neither steer the terminal nor add lines of its own. */
function inOneLine(text: string): string {
  return text.replace(/[\p{C}\u2028\u2029]/gu, '\ufffd');
}

function printSection(title: string, rows: readonly (readonly string[])[]): string {
  return rows.length > 0 ? `${title}\n${printTable(rows, '  ')}` : '';
}

function printSignature(signature: SignatureEvidence): readonly string[] {
  const { name, verdict, algorithm = '', keyFingerprint, anchor, certificate, validUntil } = signature;
  const proof = [
    ...(keyFingerprint ? [`key ${keyFingerprint}`] : []),
    ...(certificate ? [`certificate ${certificate.subject}`] : []),
    ...(anchor ? [`by ${anchor}`] : []),
    ...(validUntil ? [`until ${validUntil}`] : []),
  ];
  return [name, verdict, algorithm, proof.join(', ')];
}

function printResource({ name, version, type, digest, proof, extraIdentity }: ResourceEvidence): readonly string[] {
  const identity = Object.entries(extraIdentity).map(([key, value]) => `${key}=${value}`);
  return [[name, ...identity].join(' '), version, type, digest ? digest.value.slice(0, 12) : '', proofs[proof]];
}

function printTree(references: readonly ReferenceEvidence[], indent: string): readonly string[] {
  return references.flatMap(({ component, version, digest, repeated, resources, references: below }) => {
    const unproved = resources.filter(({ proof }) => proof === 'unproved' || proof === 'pinned').length;
    const notes = [
      digest ? digest.value.slice(0, 12) : 'NOT PROVED',
      repeated ? 'see above' : `${resources.length} resources`,
      ...(unproved > 0 ? [`${unproved} NOT PROVED`] : []),
    ];
    return [inOneLine(`${indent}${component}:${version}  ${notes.join(', ')}`), ...printTree(below, `${indent}  `)];
  });
}

function printReasons(reasons: readonly Reason[]): string {
  return reasons
    .flatMap(({ code, message, where }) =>
      [`  ${where}`, `    ${code}: ${message}`, `    ${remedies[code]}`].map(inOneLine),
    )
    .join('\n');
}

function printTable(written: readonly (readonly string[])[], indent = ''): string {
  const rows = written.map((row) => row.map(inOneLine));
  const widths = rows.reduce<readonly number[]>(
    (found, row) => row.map((cell, column) => Math.max(found[column] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) => indent + row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}
