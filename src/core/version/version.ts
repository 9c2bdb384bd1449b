import type { Brand } from '../brand.ts';

/** The version of a component as its component descriptor spells it: `v1.1.0` and `1.1.0` are two spellings of one version. */
export type Version = Brand<string, 'Version'>;
