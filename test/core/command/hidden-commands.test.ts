import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { type CommandPlace, commandVerbs } from '../../../src/core/command/command.ts';
import { parseComment } from '../../../src/core/command/parse-command.ts';

const place: CommandPlace = { where: 'pull-request', installation: { environment: 'dev', application: 'podinfo' } };
const kindOf = (text: string) => parseComment(text, place).kind;

describe('a command is silently passed over', () => {
  test.each([
    ['in fenced code', '```\n/promote\n```'],
    ['in fenced code without an end', '```\n/promote'],
    ['in fenced code after a shorter fence', '````\n```\n/promote\n````'],
    ['in fenced code after a fence of the other kind', '~~~\n```\n/promote\n~~~'],
    ['in fenced code after a fence with words', '```\n``` js\n/promote\n```'],
    ['in fenced code after a fence that is indented too far', '```\n    ```\n/promote\n```'],
    ['in fenced code with a language', '```sh\n/promote\n```'],
    ['in fenced code of tildes with backticks behind them', '~~~ `x`\n/promote\n~~~'],
    ['in fenced code behind a paragraph', 'text\n```\n/promote\n```'],
    ['in the second block', '```\nx\n```\n\n~~~\n/promote\n~~~'],
    ['in fenced code behind a quotation', '> text\n```\n/promote\n```'],
    ['in fenced code behind a list', '- text\n```\n/promote\n```'],
    ['in indented code', 'text\n\n    /promote'],
    ['in code indented by a tab', '\t/promote'],
    ['in a quotation', '> /promote'],
    ['in a quotation of a quotation', '> > /promote'],
    ['in a list', '- /promote'],
    ['in code within a line', '`/promote`'],
    ['in an HTML comment on its line', '<!-- /promote -->'],
  ])('%s', (_, text) => {
    expect(parseComment(text, place)).toEqual({ kind: 'none' });
  });
});

describe('a command is refused with an explanation', () => {
  test.each([
    ['lazily continuing a quotation', '> text\n/promote'],
    ['lazily continuing a quotation in a list', '- > text\n/promote'],
    ['lazily continuing a quotation of a quotation', '> > text\nmore\n/promote'],
    ['in an HTML comment', '<!--\n/promote\n-->'],
    ['in an HTML comment after an empty line', '<!--\n\n/promote\n\n-->'],
    ['in an HTML comment that begins within a line', 'text <!-- x\n/promote\n-->'],
    ['in an HTML comment that begins in a quotation', '> <!--\n\n/promote'],
    ['after an HTML comment that some readers see ended', '<!-->\n\n/promote'],
    ['after an HTML comment with a comment within', '<!-- <!-- -->\n\n/promote'],
    ['in details', '<details>\n\n/promote\n\n</details>'],
    ['in details in a list', '- <details>\n\n/promote'],
    ['in details whose end stands in code', '<details>\n\n`</details>`\n\n/promote'],
    ['in a block of HTML', '<div>\n/promote\n</div>'],
    ['in a tag', 'a <b title="\n/promote\n">x</b>'],
    ['in a processing instruction', '<?php\n/promote\n?>'],
    ['in a declaration', '<!X\n/promote\n>'],
    ['in code over several lines', '`a\n/promote\nb`'],
    ['in the title of a link', '[a](b "c\n/promote\n")'],
    ['in the text of an image', '![a\n/promote\n](b)'],
    ['in the definition of a link', '[a]:\n/promote'],
    ['in the label of a definition', '[a\n/promote\n]: b'],
    ['in a footnote', '[^1]: a\n/promote'],
    ['struck out', '~~a\n/promote\n~~'],
    ['in a table', '| a |\n|---|\n/promote'],
    ['in a formula', '$$\n/promote\n$$'],
    ['in a formula after an empty line', '$$\n\n/promote\n\n$$'],
    ['in a formula of Gitea', '\\[\n\n/promote\n\n\\]'],
    ['in data about the document', '---\n/promote\n---'],
    ['in data about the document after an empty line', '\n---\na: b\n\n/promote\n---'],
    ['in the signature of an e-mail', 'text\n\n-- \n/promote'],
    ['after a fence that is indented a little', ' ```\n\n```\n\n/promote'],
    ['after a fence in a list whose end is not clear', '- a\n  ```\n    ```\n\n/promote'],
    ['after a carriage return that some take for a line end', 'a\r```\n/promote'],
    ['after a fence that ends with a form feed', '```\n```\f\n/promote'],
  ])('%s', (_, text) => {
    expect(kindOf(text)).not.toBe('command');
    const later = parseComment(`${text}\n`, place);
    if (later.kind === 'wrong') expect(later.why).toBe('place');
  });

  test('and the explanation names the line', () => {
    expect(parseComment('> text\n/promote', place)).toMatchObject({ kind: 'wrong', why: 'place', line: '/promote' });
    expect(parseComment('<details>\n\n/promote', place)).toMatchObject({ kind: 'wrong', why: 'place' });
  });

  test('but a visible one counts, whatever stands in hidden places below', () => {
    expect(kindOf('/promote\n\n<details>\n\n/resume\n\n</details>')).toBe('command');
  });
});

describe('a command is taken', () => {
  test.each([
    ['after fenced code', '```\n/hold\n```\n/promote'],
    ['after fenced code of more marks', '```\nx\n`````  \n/promote'],
    ['after fenced code whose end is indented a little', '```\nx\n   ```\n/promote'],
    ['after a quotation and an empty line', '> text\n> ```\n> /hold\n\n/promote'],
    ['after a quotation with a hidden mark', '> <!-- consignee:comment a -->\n\n/promote'],
    ['after an address', 'see <https://example.org/x>\n\n/promote'],
    ['after a comparison', '1 < 2 and 3 > 2\n\n/promote'],
    ['after code within a line and an empty line', 'see `x`\n\n/promote'],
    ['after an empty line of blanks', 'see `x`\n \t\n/promote'],
    ['after a list', '- a\n- b\n/promote'],
    ['after a heading', '# Well\n/promote'],
    ['after words in other languages', 'Größer wird’s nicht – 好\n/promote'],
    ['after a rule', 'text\n\n---\n\n/promote'],
    ['before anything else', '/promote\n<details>\n```\n'],
  ])('%s', (_, text) => {
    expect(parseComment(text, place)).toMatchObject({ kind: 'command', command: { verb: 'promote' } });
  });
});

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

/** A-47, written independently of the parser. */
const grammar = /^\/[a-z]+( [ -~]{1,200})?$/;

const bits = [
  ...[
    '/promote',
    '/hold 3d x',
    '/resume',
    '/lgtm',
    '/rollbak',
    ' ',
    '    ',
    '\t',
    '\n',
    '\n\n',
    '\r\n',
    '\r',
    '\u2028',
    'text',
  ],
  ...[
    '`',
    '```',
    '~~~',
    '````',
    '> ',
    '- ',
    '1. ',
    '<!--',
    '-->',
    '<details>',
    '</details>',
    '<',
    '>',
    '[',
    ']',
    '$$',
    '---',
    '-- ',
  ],
];
const comments = fc.array(fc.oneof(fc.constantFrom(...bits), fc.string({ maxLength: 6, unit: 'binary' })), {
  maxLength: 24,
});

property.prop([comments])(
  'what is taken is one line of the comment that keeps to the grammar byte by byte',
  (parts) => {
    const text = parts.join('');
    const parsed = parseComment(text, place);
    if (parsed.kind !== 'command') return;
    const { line } = parsed.command;
    expect(line).toMatch(grammar);
    expect(line).toMatch(/^[ -~]+$/);
    expect(text.split('\n').map((it) => it.replace(/\r$/, ''))).toContain(line);
  },
);

property.prop([comments, fc.constantFrom(...commandVerbs)])('nothing is taken from fenced code', (parts, verb) => {
  const code = `${parts.join('').replaceAll('`', '')}\n/${verb}`;
  expect(parseComment(`\`\`\`\n${code}\n\`\`\``, place)).toEqual({ kind: 'none' });
});

property.prop([comments])('nothing is taken from a quotation, and nothing goes unseen behind one', (parts) => {
  const quoted = parts
    .join('')
    .split('\n')
    .map((it) => `> ${it.replace(/[<\p{Cc}]/gu, '')}`);
  expect(parseComment(quoted.join('\n'), place)).toEqual({ kind: 'none' });
  expect(kindOf(`${quoted.join('\n')}\n\n/promote`)).toBe('command');
  expect(kindOf(`${quoted.join('\n')}\n/promote`)).toBe('wrong');
});

property.prop([fc.string({ unit: 'binary', maxLength: 300 })])('no text makes the parser fail', (text) => {
  expect(['none', 'command', 'wrong']).toContain(kindOf(text));
  expect(['none', 'command', 'wrong']).toContain(kindOf(`/hold ${text}`));
});

/** Counts the characters that are handed to patterns while `run` goes on: a measure of work that does not depend on the machine. */
function charactersMatched(run: () => unknown): number {
  const { exec } = RegExp.prototype;
  let characters = 0;
  RegExp.prototype.exec = function count(text) {
    const from = this.global ? this.lastIndex : 0;
    const match = exec.call(this, text);
    characters += (this.global && match ? this.lastIndex : text.length) - from;
    return match;
  };
  try {
    run();
  } finally {
    RegExp.prototype.exec = exec;
  }
  return characters;
}

describe('the work grows with the length of the comment only', () => {
  const parts = [
    '/',
    '/hold\n',
    '/hold',
    '\n',
    '`',
    '```\n',
    '> ',
    '<',
    '<!--',
    '<!-- -->',
    '<a:',
    '-',
    '~',
    ' ',
    '/x ',
    '\r',
    'ſ',
    '$$\n',
  ];

  test.each(parts)('%j over and over', (part) => {
    const matched = (size: number) => {
      const text = part.repeat(Math.floor(size / Buffer.byteLength(part)));
      return charactersMatched(() => parseComment(text, place)) / text.length;
    };
    const small = matched(2 * 1024);
    expect(small).toBeLessThan(40);
    expect(matched(16 * 1024)).toBeLessThan(small * 1.5 + 1);
    // Beyond 16 KiB it is looked through once.
    expect(matched(64 * 1024)).toBeLessThanOrEqual(1);
  });

  test.each(parts)('%j over and over is read within the time that one comment may take', (part) => {
    const text = part.repeat(Math.floor((16 * 1024) / Buffer.byteLength(part)));
    const before = process.cpuUsage();
    parseComment(text, place);
    const { user } = process.cpuUsage(before);
    // 10 ms for each KiB (A-29); quadratic patterns take minutes.
    expect(user / 1000).toBeLessThan(160);
  });
});
