import { describe, expect, test } from 'vitest';
import type { CommandPlace } from '../../../src/core/command/command.ts';
import { parseComment } from '../../../src/core/command/parse-command.ts';

const place: CommandPlace = { where: 'pull-request', installation: { environment: 'dev', application: 'podinfo' } };

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
    // 10 ms for each KiB; quadratic patterns take minutes.
    expect(user / 1000).toBeLessThan(160);
  });
});
