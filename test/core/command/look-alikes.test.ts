import { describe, expect, test } from 'vitest';
import { type CommandPlace, commandVerbs } from '../../../src/core/command/command.ts';
import { parseComment } from '../../../src/core/command/parse-command.ts';

const place: CommandPlace = { where: 'pull-request', installation: { environment: 'dev', application: 'podinfo' } };
const kindOf = (text: string) => parseComment(text, place).kind;

/** Characters that look like the ones in commands, or count as the same when case is folded or texts are normalised. */
const lookAlikes: Readonly<Record<string, string>> = {
  '/': '\uff0f\u2044\u2215\u2571\u29f8\u27cb\u0338\\|',
  a: '\u0430\u0251\u03b1\uff41\u{1d41a}',
  b: '\u042c\u0184\uff42\u{1d41b}',
  c: '\u0441\u03f2\uff43\u217d',
  d: '\u0501\uff44\u217e',
  e: '\u0435\u212e\uff45\u{1d41e}',
  h: '\u04bb\u0570\uff48\u210e',
  i: '\u0456\u0131\u0130\uff49\u2170',
  k: '\u212a\u043a\uff4b\u{1d424}',
  l: '\u04cf\u217c\uff4c\u01c0',
  m: '\u043c\uff4d\u217f',
  n: '\u0578\uff4e\u{1d427}',
  o: '\u043e\u03bf\u0585\uff4f\u{1d428}',
  p: '\u0440\u03c1\uff50\u{1d429}',
  r: '\u0433\uff52\u{1d42b}',
  s: '\u017f\u0455\uff53\u{1d42c}',
  t: '\u0442\uff54\u{1d42d}',
  u: '\u057d\u03c5\uff55\u{1d42e}',
  v: '\u03bd\u0475\uff56\u2174',
  x: '\u0445\uff58\u2179',
  y: '\u0443\uff59\u{1d432}',
};
const foreignBefore = [...'\ufeff\u200b\u00a0\u3000\u202e\u2066\u00ad\u0000\u000b\u000c\u0085\u2028\u2029\r'];
const foreignAfter = [...foreignBefore, ...'\u2000\u2009\u202f\u205f\u180e\u0301\ufe0f\t'];

const replaced = commandVerbs.flatMap((verb) =>
  [...`/${verb}`].flatMap((letter, index) =>
    [...(lookAlikes[letter] ?? '')].map((other) => `/${verb}`.slice(0, index) + other + `/${verb}`.slice(index + 1)),
  ),
);
const surrounded = commandVerbs.flatMap((verb) => [
  ...foreignBefore.map((it) => `${it}/${verb}`),
  ...foreignAfter.flatMap((it) => [
    `/${it}${verb}`,
    `/${verb}${it}`,
    `/${verb}${it}x`,
    `/${verb[0]}${it}${verb.slice(1)}`,
  ]),
]);
const corpus = [
  ...new Set([...replaced, ...surrounded, '/PROMOTE', '/rollbac\u212a', '/re\u017fume', '／ｐｒｏｍｏｔｅ']),
];

describe('look-alikes', () => {
  test('are many', () => {
    expect(corpus.length).toBeGreaterThan(900);
  });

  test('are never commands, alone, with arguments or among other lines', () => {
    const taken = corpus
      .flatMap((line) => [line, `${line} 1.0.0`, `text\n${line}`, `text\n${line.replace(/\r$/, '\r\r')}\ntext`])
      .filter((it) => kindOf(it) === 'command');
    expect(taken).toEqual([]);
  });

  test.each(['/prom\u043ete', '/rollbac\u212a', '/re\u017fume', '/hold\u00a03d', '/\u0430pprove'])(
    '%j is answered',
    (line) => {
      expect(parseComment(line, place)).toMatchObject({ kind: 'wrong', why: 'characters' });
    },
  );
});
