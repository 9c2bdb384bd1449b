/** Reports what happens, as it happens: fixed event names with fields, never secrets. */
export interface Log {
  /** Something was decided or done. */
  info(event: string, fields: Readonly<Record<string, unknown>>): void;
  /** Something went wrong that the next try may get past. */
  warn(event: string, fields: Readonly<Record<string, unknown>>): void;
}
