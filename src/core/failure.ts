/** What can stop the work. Each code says whose turn it is and whether trying again can help. */
export type FailureCode =
  /** The command line or an argument is wrong. */
  | 'usage'
  /** A configuration file is missing, unreadable or wrong. */
  | 'configuration'
  /** The configuration asks for something that this version cannot do yet. */
  | 'not-available'
  /** A template or what it rendered is wrong. */
  | 'template'
  /** Content in a component repository is bad, incomplete or not trusted. */
  | 'content'
  /** A file, folder or program of this machine cannot be read, written or run. */
  | 'local'
  /** The component repository cannot be reached or read. */
  | 'registry-unreachable'
  /** The component repository refuses access, or the credentials for it. */
  | 'registry-denied'
  /** An archive was replaced while it was read. */
  | 'registry-changed'
  /** The applications repository cannot be reached or read. */
  | 'forge-unreachable'
  /** The applications repository refused a write. */
  | 'forge-denied'
  /** Somebody else changed what a write was based on. */
  | 'forge-conflict'
  /** Who is to be notified cannot be reached, or does not take it. */
  | 'receiver-unreachable'
  /** The store cannot be opened or written. */
  | 'store'
  /** A mistake of the program. */
  | 'internal';

/** Exit codes of the command line (design.md 10), per failure. */
const exitCodes: Readonly<Record<FailureCode, number>> = {
  usage: 2,
  configuration: 2,
  'not-available': 2,
  template: 2,
  content: 3,
  local: 1,
  'registry-unreachable': 1,
  'registry-denied': 1,
  'registry-changed': 1,
  'forge-unreachable': 1,
  'forge-denied': 1,
  'forge-conflict': 1,
  'receiver-unreachable': 1,
  store: 1,
  internal: 1,
};

/** The codes that a later try may get past without anybody doing something. */
const passing: ReadonlySet<FailureCode> = new Set([
  'registry-unreachable',
  'registry-changed',
  'forge-unreachable',
  'forge-conflict',
  'receiver-unreachable',
]);

/** Where a failure lies in a text file. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** One of several findings that a failure reports at once. */
export interface Finding {
  readonly place?: Place | undefined;
  readonly message: string;
  readonly remedy?: string | undefined;
}

interface Details {
  /** One sentence in the imperative: what to do next. */
  readonly remedy?: string | undefined;
  readonly place?: Place | undefined;
  /** Further findings, all of which must be put right. */
  readonly findings?: readonly Finding[] | undefined;
  readonly cause?: unknown;
}

/** An error that a person can act on. Anything else that is thrown is a bug. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly remedy: string | undefined;
  readonly place: Place | undefined;
  readonly findings: readonly Finding[];

  constructor(code: FailureCode, message: string, { remedy, place, findings = [], cause }: Details = {}) {
    super(message, { cause });
    this.code = code;
    this.remedy = remedy;
    this.place = place;
    this.findings = findings;
  }

  get exitCode(): number {
    return exitCodes[this.code];
  }

  /** Whether the same attempt, made later, may succeed. */
  get passing(): boolean {
    return passing.has(this.code);
  }
}

/** @returns `file:line:column`, as far as it is known. */
export function printPlace({ file, line, column }: Place): string {
  return [file, line, column].filter((it) => it !== undefined).join(':');
}
