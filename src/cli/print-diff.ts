import { styler, type Terminal } from './terminal.ts';

/** @returns A unified diff in the colours that git gives it, where the reader's side shows them. */
export function colourDiff(diff: string, terminal: Terminal): string {
  const style = styler(terminal);
  const colour = (line: string) => {
    if (/^(?:diff --git|index|\+\+\+|---|new file|deleted file|similarity|rename) ?/.test(line))
      return style('bold', line);
    if (line.startsWith('@@')) return style('cyan', line);
    if (line.startsWith('+')) return style('green', line);
    return line.startsWith('-') ? style('red', line) : line;
  };
  return `${diff.trimEnd().split('\n').map(colour).join('\n')}\n`;
}
