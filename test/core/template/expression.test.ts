import { expect, test } from 'vitest';
import { createEvaluate } from '../../../src/core/template/expression.ts';

const variables = {
  application: 'podinfo',
  replicas: 2,
  ratio: 0.5,
  flux: null,
  component: {
    version: 'v1.0.0',
    resources: { image: { version: '6.3.5' }, chart: {} },
    labels: { 'acme/tier': [1, 'b'] },
  },
};
const evaluate = createEvaluate(variables);

test.each([
  ['application', 'podinfo'],
  ['application + "-" + component.version', 'podinfo-v1.0.0'],
  ['component.resources.image.version', '6.3.5'],
  ['component.labels["acme/tier"]', [1, 'b']],
  ['replicas + 1', 3],
  ['replicas * 10 == 20', true],
  ['ratio * 2.0', 1],
  ['double(replicas) / 4.0', 0.5],
  ['[1u, 2u]', [1, 2]],
  ['-0.0', 0],
  ['flux', null],
  ['flux == null ? "none" : flux.source', 'none'],
  ['has(component.resources.image)', true],
  ['has(component.resources.other)', false],
  ['component.resources.map(name, name + "!")', ['image!', 'chart!']],
  ['{"a": {"b": [null, 1.5]}}', { a: { b: [null, 1.5] } }],
  ['application.replace("pod", "x").upperAscii()', 'XINFO'],
  ['["a", "b"].join("-")', 'a-b'],
  ['"%s has %d".format([application, replicas])', 'podinfo has 2'],
])('%s yields %j', (expression, value) => {
  expect(evaluate(expression)).toEqual({ kind: 'value', value });
});

test.each([
  ['applicatoin', /names a variable that is not there/, /application, replicas, ratio, flux, component/],
  ['component.resources.imgae.version', /component\.resources has no imgae/, /it has image, chart/],
  ['component.resources.chart.version', /component\.resources\.chart has no version/, /it has none/],
  ['flux.source', /flux is null here/, /flux == null/],
  ['application + 1', /no matching overload/, /application, replicas/],
  ['application +', /is not CEL: .* at character 13/, /Put the expression right/],
  ['', /is not CEL/, /Put the expression right/],
  ['1 / 0', /divide by zero/, /Put the expression right; its variables are application/],
  ['1.0 / 0.0', /yields Infinity/, /finite/],
  ['9007199254740993', /beyond 2\^53/, /string\(\)/],
  ['18446744073709551615u', /beyond 2\^53/, /string\(\)/],
  ['b"bytes"', /no form/, /string\(\)/],
  ['timestamp("2026-01-01T00:00:00Z")', /no form/, /string\(\)/],
  ['type(1)', /no form/, /string\(\)/],
  ['{1: "a"}', /a key that is no text/, /texts as keys/],
  ['"😀".substring(0, 1)', /half a surrogate pair/, /between characters/],
  ['application.matches("(")', /missing closing/, /Put the expression right; its variables are application/],
  [`"${'a'.repeat(1000)}"`, /more than 1000 characters/, /Compute less/],
])('%s is refused with what to do', (expression, message, remedy) => {
  const result = evaluate(expression);
  expect(result).toEqual({
    kind: 'problem',
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(remedy),
  });
});

const grown = (start: string, step: string, times = 30) => `[${start}]${`.map(s, ${step})`.repeat(times)}`;

test.each([
  ['texts that double', grown('application', 's + s'), /longer texts or lists/],
  ['texts that are replaced by longer ones', grown('application', 's.replace("o", "ooooo")'), /longer texts or lists/],
  ['texts that are joined', grown('application', '[s, s, s].join()'), /longer texts or lists/],
  ['texts that are formatted', grown('application', '"%s%s".format([s, s])'), /longer texts or lists/],
  [
    'a text that is replaced by itself',
    `${grown('application', 's + s', 13)}.map(s, s.replace("o", s))`,
    /longer texts/,
  ],
  ['a list that is joined', `${grown('[""]', 's + s', 14)}.map(s, s.join("${'-'.repeat(100)}"))`, /longer texts/],
  ['maps that double', grown('application', '{"a": s, "b": s}'), /more than fits into a file/],
  ['lists that double', grown('[application]', 's + s'), /more than fits into a file/],
  ['bytes that double', grown('b"a"', 's + s'), /bytes cannot be added/],
])('%s are stopped before they fill the memory', (_, expression, message) => {
  expect(evaluate(expression)).toMatchObject({ kind: 'problem', message: expect.stringMatching(message) });
});

test.each(['component.constructor', 'application.constructor', 'component.__proto__', 'component.resources.toString'])(
  '%s finds nothing that JavaScript has on its own',
  (expression) => {
    expect(evaluate(expression).kind).toBe('problem');
  },
);

test('keys that JavaScript has a meaning for are keys like all others', () => {
  const own = createEvaluate({ labels: JSON.parse('{"__proto__": {"a": 1}, "constructor": "c"}') });
  expect(own('labels.__proto__.a')).toEqual({ kind: 'value', value: 1 });
  const result = own('{"__proto__": 1}');
  expect(result.kind === 'value' && Object.entries(result.value ?? {})).toEqual([['__proto__', 1]]);
  expect(own('labels.constructor')).toEqual({ kind: 'value', value: 'c' });
});

test('whole numbers come and go as integers, others as doubles', () => {
  const numbers = createEvaluate({ list: [0, -1, 2 ** 53 - 1, 2 ** 53, 1e21, 0.1] });
  expect(numbers('list')).toEqual({ kind: 'value', value: [0, -1, 2 ** 53 - 1, 2 ** 53, 1e21, 0.1] });
  expect(numbers('type(list[2]) == int && type(list[3]) == double')).toEqual({ kind: 'value', value: true });
});
