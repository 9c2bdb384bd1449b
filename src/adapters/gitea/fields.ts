import { isMapping, type Mapping } from '../../core/component/mapping.ts';

/** Thrown when an answer or a delivery does not have the shape that it should; whoever knows where it came from says so. */
export class WrongShape extends Error {
  override readonly name = 'WrongShape';
}

export function mappingOf(value: unknown, what: string): Mapping {
  return isMapping(value) ? value : refuse(what, 'an object', value);
}

/** @returns The items; none for `null`, by which Go says that a list is empty. */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === null) return [];
  return Array.isArray(value) ? value : refuse(what, 'a list', value);
}

export function objectAt(row: Mapping, key: string): Mapping {
  return mappingOf(row[key], key);
}

export function optionalObjectAt(row: Mapping, key: string): Mapping | undefined {
  return isNothing(row[key]) ? undefined : objectAt(row, key);
}

export function textAt(row: Mapping, key: string): string {
  const value = row[key];
  return typeof value === 'string' ? value : refuse(key, 'a text', value);
}

/** @returns The text; the empty one when it is not there. */
export function optionalTextAt(row: Mapping, key: string): string {
  return isNothing(row[key]) ? '' : textAt(row, key);
}

export function integerAt(row: Mapping, key: string): number {
  const value = row[key];
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : refuse(key, 'an integer', value);
}

/** @returns The claim; `false` when it is not there. */
export function flagAt(row: Mapping, key: string): boolean {
  const value = row[key];
  if (isNothing(value)) return false;
  return typeof value === 'boolean' ? value : refuse(key, 'true or false', value);
}

export function dateAt(row: Mapping, key: string): Date {
  const date = new Date(textAt(row, key));
  return Number.isNaN(date.getTime()) ? refuse(key, 'a date', row[key]) : date;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function refuse(what: string, wanted: string, value: unknown): never {
  const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
  throw new WrongShape(`${what} is not ${wanted}, but ${found}`);
}
