import { type Precedence, parseNumbers, parsePrerelease } from './version.ts';

const operators = ['', '=', '!=', '>', '<', '>=', '=>', '<=', '=<', '~', '~>', '^'] as const;
export type Operator = (typeof operators)[number];

/** Limit of the controllers' parser. */
const maxVersionLength = 256;

/** The message says what was found and what to write instead. */
export interface Problem {
  readonly kind: 'problem';
  readonly message: string;
}

export const problem = (message: string): Problem => ({ kind: 'problem', message });

/** One condition as written: an operator and a version that may lack numbers. */
export interface Member {
  readonly operator: Operator;
  /** Missing numbers and wildcards are 0 here. */
  readonly bound: Precedence;
  /** How many numbers stand before the first wildcard or the end. */
  readonly written: number;
}

/** A member as it stands in the text; a lone hyphen is one as well. */
interface Token {
  readonly operator: string;
  readonly version: string;
  /** Blanks, or a comma with or without blanks, or nothing. */
  readonly separator: string;
}

/** @returns The members of one group: all of them must admit a version. A range with a hyphen stands for two. */
export function parseMembers(text: string): readonly Member[] | Problem {
  const tokens = expandRanges(readTokens(text));
  if ('kind' in tokens) return tokens;
  if (tokens.length === 0) return problem('nothing stands beside "||": write a version there, or take "||" away');
  const members: Member[] = [];
  for (const [index, token] of tokens.entries()) {
    const member = findSeparatorProblem(token, tokens[index + 1]) ?? parseMember(token);
    if ('kind' in member) return member;
    members.push(member);
  }
  return members;
}

function readTokens(text: string): readonly Token[] {
  const tokens = text.matchAll(/([=!<>~^]*) *([^ ,=!<>~^]*)( *,? *)/g);
  return [...tokens]
    .filter(([whole]) => whole !== '')
    .map(([, operator = '', version = '', separator = '']) => ({ operator, version, separator }));
}

function expandRanges(tokens: readonly Token[]): readonly Token[] | Problem {
  const expanded: Token[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const range = readRange(tokens, index);
    if (range && 'kind' in range) return range;
    expanded.push(...(range ?? tokens.slice(index, index + 1)));
    if (range) index += 2;
  }
  return expanded;
}

/** @returns The two members that `1.0 - 2.0` stands for, or `undefined` when no range begins at `index`. */
function readRange(tokens: readonly Token[], index: number): readonly Token[] | Problem | undefined {
  const [from, hyphen, to] = tokens.slice(index, index + 3);
  if (!from || hyphen?.version !== '-') return undefined;
  const after = tokens[index - 1]?.separator ?? ',';
  const plain = from.operator === '' && hyphen.operator === '' && to?.operator === '' && to.version !== '';
  if (!plain || !isBlank(from.separator) || !isBlank(hyphen.separator)) {
    return problem(
      'a lone hyphen stands between two versions and blanks, as in "1.0 - 2.0": write ">=" and "<=" instead',
    );
  }
  if (!after.includes(',')) return problem(`a comma is missing before "${from.version} - ${to.version}": write one`);
  return [
    { ...from, operator: '>=' },
    { ...to, operator: '<=' },
  ];
}

const isBlank = (separator: string): boolean => /^ +$/.test(separator);

function findSeparatorProblem({ operator, version, separator }: Token, next: Token | undefined): Problem | undefined {
  if (operator + version === '') return problem('a comma has nothing before it: take it away');
  if (version === '') {
    return problem(`"${operator}" has no version after it: write one, such as "${operator}1.2.3"`);
  }
  if (!next) return separator.includes(',') ? problem('a comma has nothing after it: take it away') : undefined;
  if (separator !== '') return undefined;
  return problem(`"${version}" runs into "${next.operator}": write a comma between them`);
}

const versionPattern =
  /^v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:-([\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*))?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/;

function parseMember({ operator: symbol, version: text }: Token): Member | Problem {
  const operator = operators.find((it) => it === symbol);
  if (operator === undefined) {
    return problem(`"${symbol}" is no operator: write one of ${operators.filter((it) => it !== '').join(' ')}`);
  }
  const match = text.length <= maxVersionLength ? versionPattern.exec(text) : null;
  if (!match) return problem(describeNoVersion(text));
  const parts = match.slice(1, 4);
  const end = parts.findIndex((it) => it === undefined || !/^\d/.test(it));
  const written = end < 0 ? 3 : end;
  const numbers = parseNumbers(parts.slice(0, written));
  if (!numbers) return problem(`"${text}" has a number beyond 64 bits: write a smaller one`);
  const prerelease = parsePrerelease(match[4] ?? '');
  if (!prerelease) return problem(`"${text}" has a number with a zero in front in its pre-release: take the zero away`);
  return { operator, bound: { numbers, prerelease }, written };
}

function describeNoVersion(text: string): string {
  if (/^[|&]+$/.test(text)) return `"${text}" is no connective: write a comma for "and", "||" for "or"`;
  const shown = text.length <= 60 ? text : `${text.slice(0, 60)}…`;
  return `"${shown}" is no version: write up to three numbers, such as 1.2.3, 1.2 or 1.x`;
}
