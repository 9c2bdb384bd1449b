import type { Installation } from '../installation/installation.ts';
import type { Version } from '../version/version.ts';
import type { Until } from './until.ts';

/** How to write each command (design.md 7). `[head]` is the beginning of the head commit's id, at least seven digits. */
export const usages = {
  promote: '/promote [environment] [version] [head]',
  hold: '/hold [until] [reason]',
  resume: '/resume',
  rollback: '/rollback [version]',
  override: '/override <gate> <reason>',
  approve: '/approve [head]',
  skip: '/skip [version]',
  rebuild: '/rebuild [head]',
  adopt: '/adopt [head]',
  retry: '/retry',
  explain: '/explain',
  help: '/help',
} as const;

export type CommandVerb = keyof typeof usages;

const verbNames: ReadonlySet<string> = new Set(Object.keys(usages));

/** Exactly as spelled: no case is folded and nothing is normalised (reliability.md A-47). */
export function isCommandVerb(word: string): word is CommandVerb {
  return verbNames.has(word);
}

/** In the order in which people are told of them. */
export const commandVerbs: readonly CommandVerb[] = Object.keys(usages).filter(isCommandVerb);

export type InstallationName = Pick<Installation, 'environment' | 'application'>;

/** Where a comment stands: on the pull request of an installation, or on the repository's issue, where commands name one. */
export type CommandPlace =
  | { readonly where: 'pull-request'; readonly installation: InstallationName }
  | { readonly where: 'issue' };

interface Written {
  /** The line as written: printable ASCII. */
  readonly line: string;
}

interface OnInstallation extends Written {
  /** What the command is about: on the issue as it is named there, which need not exist. */
  readonly installation: InstallationName;
}

interface OnHead extends OnInstallation {
  /** 7 to 64 lower-case hexadecimal digits with which the head must begin; see {@link headFits}. */
  readonly head: string | undefined;
}

/** What a person asks for. */
export type Command =
  | (OnHead & {
      readonly verb: 'promote';
      /** The environment to promote to; without it, what the pull request proposes is to be merged. */
      readonly environment: string | undefined;
      readonly version: Version | undefined;
    })
  | (OnInstallation & { readonly verb: 'hold'; readonly until: Until | undefined; readonly reason: string | undefined })
  | (OnInstallation & { readonly verb: 'rollback' | 'skip'; readonly version: Version | undefined })
  | (OnInstallation & { readonly verb: 'override'; readonly gate: string; readonly reason: string })
  | (OnHead & { readonly verb: 'approve' | 'rebuild' | 'adopt' })
  | (OnInstallation & { readonly verb: 'resume' | 'retry' | 'explain' })
  | (Written & { readonly verb: 'help'; readonly installation: InstallationName | undefined });

/** @returns Whether the commit that a command names, if it names one, is `head` (reliability.md A-48). */
export function headFits(named: string | undefined, head: string): boolean {
  return named === undefined || (headPattern.test(named) && head.startsWith(named));
}

/** The beginning of a commit id: long enough that nobody finds another commit with the same by chance. */
export const headPattern = /^[0-9a-f]{7,64}$/;

/** Why a comment that is meant as a command is not taken as one. */
export type WrongReason =
  | 'too-long'
  | 'several'
  | 'place'
  | 'verb'
  | 'characters'
  | 'spaces'
  | 'arguments'
  | 'installation'
  | 'time';

export interface WrongCommand {
  readonly kind: 'wrong';
  readonly why: WrongReason;
  /** The line that was taken for a command, as written: any characters, cut at 200. */
  readonly line: string | undefined;
  /** Whole sentences of plain text; they may quote the comment. */
  readonly message: string;
  /** How to write it. */
  readonly usage: string | undefined;
}

/** @returns The finding that something is meant as a command, but is none. */
export function wrong(why: WrongReason, line: string | undefined, message: string, verb?: CommandVerb): WrongCommand {
  return { kind: 'wrong', why, line: line?.slice(0, 200), message, usage: verb && usages[verb] };
}
