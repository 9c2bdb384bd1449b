import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A certificate made for a test, with the key that it is for. */
export interface TestCertificate {
  readonly der: Buffer;
  /** PEM text. */
  readonly pem: string;
  readonly name: TestName;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Attributes in the order in which they stand in the certificate; values that are no text in DER. */
export type TestName = readonly (readonly [type: 'CN' | 'O' | 'OU', value: string | Buffer])[];

export interface CertificateOptions {
  readonly name?: TestName;
  /** Absent: it is self-signed. */
  readonly issuer?: Pick<TestCertificate, 'name' | 'privateKey'>;
  readonly keys?: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  readonly from?: string;
  readonly to?: string;
  readonly serialNumber?: number;
  /** Whether it is of an authority; absent: basic constraints are not stated. */
  readonly authority?: boolean;
  readonly pathLength?: number;
  /** First byte of the key usage: 0x80 is digital signature, 0x04 certificate signing. */
  readonly keyUsage?: number;
  readonly extendedKeyUsage?: readonly string[];
  readonly nameConstraints?: boolean;
  /** Further extensions by object identifier. */
  readonly extensions?: readonly { readonly id: string; readonly critical: boolean; readonly value: Buffer }[];
  readonly hash?: 'sha1' | 'sha256';
  /** The algorithm that the certificate states for its signature, in DER, whatever it is signed with. */
  readonly algorithm?: Buffer;
  /** The public key in DER, in place of that of `keys`. */
  readonly publicKeyInfo?: Buffer;
}

export const codeSigning = '1.3.6.1.5.5.7.3.3';
export const serverAuthentication = '1.3.6.1.5.5.7.3.1';
export const anyUsage = '2.5.29.37.0';

export function createRsaKeys(modulusLength = 2048) {
  return generateKeyPairSync('rsa', { modulusLength });
}

export function createCurveKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** @returns A certificate of an authority: self-signed, or issued by another. */
export function createAuthority(name: string, options: CertificateOptions = {}): TestCertificate {
  return createCertificate({ name: [['CN', name]], authority: true, keyUsage: 0x04, ...options });
}

/** @returns A certificate for signing component versions under the name `release`. */
export function createLeaf(issuer: TestCertificate, options: CertificateOptions = {}): TestCertificate {
  return createCertificate({
    name: [
      ['O', 'Example Works'],
      ['CN', 'release'],
    ],
    issuer,
    keyUsage: 0x80,
    extendedKeyUsage: [codeSigning],
    authority: false,
    ...options,
  });
}

export function createCertificate(options: CertificateOptions): TestCertificate {
  const { name = [['CN', 'somebody']], keys = createCurveKeys(), serialNumber = 7 } = options;
  const issuer = options.issuer ?? { name, privateKey: keys.privateKey };
  const { from = '2026-01-01T00:00:00Z', to = '2027-01-01T00:00:00Z', hash = 'sha256' } = options;
  const { algorithm = signatureAlgorithm(issuer.privateKey, hash) } = options;
  const extensions = printExtensions(options);
  const toBeSigned = sequence(
    tagged(0xa0, integer(2)),
    integer(serialNumber),
    algorithm,
    printName(issuer.name),
    sequence(time(from), time(to)),
    printName(name),
    options.publicKeyInfo ?? keys.publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [tagged(0xa3, sequence(...extensions))] : []),
  );
  const signature = sign(hash, toBeSigned, issuer.privateKey);
  const der = sequence(toBeSigned, algorithm, tagged(0x03, Buffer.from([0]), signature));
  const { privateKey, publicKey } = keys;
  return { der, pem: pemOf('CERTIFICATE', der), name, privateKey, publicKey };
}

/** @returns A block of PEM text. */
export function pemOf(label: string, bytes: Uint8Array, header = ''): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${header}${lines.join('\n')}\n-----END ${label}-----\n`;
}

function printExtensions(options: CertificateOptions): readonly Buffer[] {
  const { authority, pathLength, keyUsage, extendedKeyUsage, nameConstraints, extensions = [] } = options;
  const constraints = [
    ...(authority ? [tagged(0x01, Buffer.from([0xff]))] : []),
    ...(pathLength === undefined ? [] : [integer(pathLength)]),
  ];
  const subtree = sequence(tagged(0x82, Buffer.from('example.org')));
  return [
    ...(authority === undefined ? [] : [extension('2.5.29.19', true, sequence(...constraints))]),
    ...(keyUsage === undefined ? [] : [extension('2.5.29.15', true, tagged(0x03, Buffer.from([0, keyUsage])))]),
    ...(extendedKeyUsage ? [extension('2.5.29.37', false, sequence(...extendedKeyUsage.map(identifier)))] : []),
    ...(nameConstraints ? [extension('2.5.29.30', true, sequence(tagged(0xa0, subtree)))] : []),
    ...extensions.map(({ id, critical, value }) => extension(id, critical, value)),
  ];
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(identifier(id), ...(critical ? [tagged(0x01, Buffer.from([0xff]))] : []), tagged(0x04, value));
}

const attributeTypes = { CN: '2.5.4.3', O: '2.5.4.10', OU: '2.5.4.11' } as const;

function printName(name: TestName): Buffer {
  const attribute = ([type, value]: TestName[number]) =>
    tagged(
      0x31,
      sequence(identifier(attributeTypes[type]), typeof value === 'string' ? tagged(0x0c, Buffer.from(value)) : value),
    );
  return sequence(...name.map(attribute));
}

function signatureAlgorithm({ asymmetricKeyType }: KeyObject, hash: 'sha1' | 'sha256'): Buffer {
  if (asymmetricKeyType === 'ec')
    return sequence(identifier(hash === 'sha1' ? '1.2.840.10045.4.1' : '1.2.840.10045.4.3.2'));
  const id = hash === 'sha1' ? '1.2.840.113549.1.1.5' : '1.2.840.113549.1.1.11';
  return sequence(identifier(id), tagged(0x05));
}

function time(text: string): Buffer {
  return tagged(0x18, Buffer.from(text.replace(/[-T:]/g, '')));
}

function integer(value: number): Buffer {
  return tagged(0x02, Buffer.from([value]));
}

/** Object identifiers: the first two numbers share a byte, the others have seven bits in each. */
export function identifier(id: string): Buffer {
  const [first = 0, second = 0, ...others] = id.split('.').map(Number);
  const bytes = others.flatMap((number) => {
    const groups = [number & 0x7f];
    for (let rest = number >> 7; rest > 0; rest >>= 7) groups.unshift((rest & 0x7f) | 0x80);
    return groups;
  });
  return tagged(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

export function sequence(...items: readonly Uint8Array[]): Buffer {
  return tagged(0x30, ...items);
}

/** One element of DER: tag, length, content. */
export function tagged(tag: number, ...items: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(items);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const hex = length.toString(16);
  const size = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | size.length]), size, content]);
}
