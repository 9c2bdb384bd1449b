import { columns, fold, styler, type Terminal } from './terminal.ts';

/** Prints the Markdown that Consignee writes as people read it on a terminal: folded parts opened, markers left out. */
export function printMarkdown(markdown: string, terminal: Terminal): string {
  const lines = markdown.replace(/^<!-- consignee:.*-->\n*/gm, '').split('\n');
  const blocks: string[] = [];
  for (let index = 0; index < lines.length; ) {
    const end = endOfBlock(lines, index);
    blocks.push(printBlock(lines.slice(index, end), terminal));
    index = end;
  }
  return blocks
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Code from fence to fence, a table from its first to its last row, otherwise a line. */
function endOfBlock(lines: readonly string[], start: number): number {
  const first = lines[start] ?? '';
  const fence = /^```+/.exec(first)?.[0];
  if (fence !== undefined) {
    const close = lines.indexOf(fence, start + 1);
    return close < 0 ? lines.length : close + 1;
  }
  if (!first.startsWith('|')) return start + 1;
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return end < 0 ? lines.length : end;
}

function printBlock(lines: readonly string[], terminal: Terminal): string {
  const style = styler(terminal);
  const [first = ''] = lines;
  if (first.startsWith('```')) return lines.slice(1, -1).join('\n').replace(/^/gm, '  ');
  if (first.startsWith('|')) return printTable(lines, terminal);
  const summary = /^<details><summary>(.*)<\/summary>$/.exec(first)?.[1];
  if (summary !== undefined) return style('bold', summary);
  return first === '</details>' ? '' : fold(unmark(first.trimEnd(), terminal), { width: terminal.width });
}

function printTable(lines: readonly string[], terminal: Terminal): string {
  const rows = lines.map((line) => line.slice(2, -2).split(' | '));
  const [header = [], , ...body] = rows;
  const style = styler(terminal);
  const shown = [header.map((it) => style('dim', it)), ...body.map((row) => row.map((it) => unmark(it, terminal)))];
  return columns(shown).replace(/^/gm, '  ');
}

function unmark(line: string, terminal: Terminal): string {
  const style = styler(terminal);
  return line
    .replace(/\*\*([^*]+)\*\*/g, (_, text: string) => style('bold', text))
    .replace(/(?<![\\`])(`+)(?!`) ?(.*?) ?(?<!`)\1(?!`)/g, (_, _fence, text: string) => style('cyan', text))
    .replace(/\\([\\`*_{}[\]()!|~])/g, '$1')
    .replace(/&(lt|gt|amp);/g, (_, name: string) => ({ lt: '<', gt: '>' })[name] ?? '&')
    .replace(/\u200b/g, '');
}
