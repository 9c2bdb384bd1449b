import { marked } from 'marked';
import { expect, test } from 'vitest';
import { describeBody } from '../../src/core/pull-request/describe.ts';
import { nastyMarkdown } from '../builders/nasty-markdown.ts';
import { pullRequestContent } from '../builders/pull-request-content.ts';
import { versionDifference } from '../builders/version-difference.ts';
import { createWorkplace, runCli } from '../support/cli.ts';

const toHtml = (body: string) => marked.parse(body, { async: false, gfm: true });

test('the pull request from v1.0.0 to v1.1.0 of the demo reads as it did, as HTML', async () => {
  await using place = await createWorkplace();
  await runCli(['demo', '--directory', place.path('demo')]);
  const config = ['--config', place.path('demo/consignee.yaml')];
  const { out } = await runCli(['pull', 'show', '2', '--output', 'json', ...config]);
  const { body } = JSON.parse(out) as { readonly body: string };
  await expect(toHtml(body)).toMatchFileSnapshot('../fixtures/pull-request/v1.1.0.html');
}, 60_000);

test.each(nastyMarkdown)('as HTML, %j is words and nothing else, wherever it stands', (text) => {
  const content = pullRequestContent({
    notes: [text],
    skipped: [{ version: 'v0.1.0', because: 'skipped', detail: text }] as never,
    valuesAdded: { path: `${text}.yaml`, names: [text] },
    diff: `diff --git a/x b/x\n+${text}\n`,
  });
  const manifest = (value: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { key: ${JSON.stringify(value)} }\n`;
  const difference = versionDifference({
    gained: [],
    before: { 'a.yaml': manifest('a') },
    after: { 'a.yaml': manifest(text) },
  });
  const html = toHtml(describeBody(content, difference));
  const tags = new Set([...html.matchAll(/<\/?([a-z][a-z0-9]*)\b/gi)].map(([, tag]) => tag?.toLowerCase()));
  const ours = [
    'p',
    'strong',
    'code',
    'br',
    'details',
    'summary',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
    'pre',
    'blockquote',
    'ul',
    'li',
  ];
  expect([...tags].filter((it) => !ours.includes(it ?? ''))).toEqual([]);
  expect(html.match(/<details>/g)).toHaveLength(html.match(/<\/details>/g)?.length ?? 0);
  expect(html.match(/<!-- consignee:/g)).toHaveLength(2);
});
