/** One way of authentication that a server offers. */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** By name in lower case; of a name that stands there twice, the first. */
  readonly parameters: ReadonlyMap<string, string>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const separator = /[\s,]*/y;
const parameter = new RegExp(
  `[\\s,]*(${token})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))[ \\t]*(?=,|$)`,
  'y',
);
const scheme = new RegExp(`(${token})(?:[ \\t]+|(?=,|$))`, 'y');
/** Data of a scheme that has no parameters, such as Negotiate. */
const data = /[A-Za-z0-9\-._~+/]+=*[ \t]*(?=,|$)/y;

/**
 * Parses `WWW-Authenticate`, several fields of that name joined by commas. What cannot be parsed ends it: the challenges before
 * count.
 *
 * @see RFC 7235, sections 2.1 and 4.1
 */
export function parseChallenges(text: string): readonly Challenge[] {
  const challenges: Challenge[] = [];
  const scanner = createScanner(text);
  for (;;) {
    scanner.take(separator);
    const [, name] = scanner.take(scheme) ?? [];
    if (name === undefined) return challenges;
    const parameters = takeParameters(scanner);
    if (parameters.size === 0) scanner.take(data);
    challenges.push({ scheme: name.toLowerCase(), parameters });
  }
}

interface Scanner {
  /** Moves past what stands at the current position, if it fits. */
  take(pattern: RegExp): RegExpExecArray | undefined;
}

function createScanner(text: string): Scanner {
  let position = 0;
  return {
    take: (pattern) => {
      pattern.lastIndex = position;
      const match = pattern.exec(text);
      if (match) position = pattern.lastIndex;
      return match ?? undefined;
    },
  };
}

function takeParameters({ take }: Scanner): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (let match = take(parameter); match; match = take(parameter)) {
    const [, name = '', quoted, plain = ''] = match;
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? plain);
  }
  return parameters;
}
