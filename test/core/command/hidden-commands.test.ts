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
    ['after a processing instruction', '<?php\n\n/promote\n\n?>'],
    ['after a declaration', '<!X\n\n/promote\n\n>'],
    ['after an HTML comment that not all readers take for one', '<!-- a -- b -->\n\n/promote'],
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
    ['after a carriage return that some take for the line end before a fence', 'a\r```\n\n/promote'],
    ['after a fence that ends with a space of another kind', '```\n```\u00a0\n/promote'],
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
    ['after code within a line that begins like a fence', '``` a`b\n\n/promote'],
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
