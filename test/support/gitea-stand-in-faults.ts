import type { ServerResponse } from 'node:http';

/** What can be wrong with an answer. `after` means: the server did what it was asked, and only its answer is lost. */
export type GiteaFault =
  | 'error-500-after'
  | 'error-500-before'
  | 'reset-after'
  | 'reset-before'
  | 'hang'
  | 'html-200'
  | { readonly status: number; readonly message?: string; readonly headers?: Readonly<Record<string, string>> };

export interface GiteaFaultRule {
  /** For example `POST`; without it every method. */
  readonly method?: string;
  /** Matched against path and query. */
  readonly path: RegExp;
  readonly fault: GiteaFault;
  /** How often it strikes; without it always. */
  readonly times?: number;
}

export interface GiteaFaults {
  add(rule: GiteaFaultRule): void;
  clear(): void;
  /** Those that never struck: a test that plants one and never meets it proves nothing. */
  idle(): readonly GiteaFaultRule[];
  /** @returns What strikes this request, and counts it. */
  strike(method: string, path: string): GiteaFault | undefined;
}

export function createGiteaFaults(): GiteaFaults {
  let rules: { rule: GiteaFaultRule; left: number; struck: boolean }[] = [];
  return {
    add: (rule) => rules.push({ rule, left: rule.times ?? Number.POSITIVE_INFINITY, struck: false }),
    clear: () => {
      rules = [];
    },
    idle: () => rules.filter(({ struck }) => !struck).map(({ rule }) => rule),
    strike(method, path) {
      const found = rules.find(
        ({ rule, left }) => left > 0 && (rule.method ?? method) === method && rule.path.test(path),
      );
      if (!found) return undefined;
      found.left -= 1;
      found.struck = true;
      return found.rule.fault;
    },
  };
}

/** @returns Whether the request is still to be carried out before the fault shows. */
export const happensFirst = (fault: GiteaFault): boolean => fault === 'error-500-after' || fault === 'reset-after';

/** Answers as the fault has it. */
export function showFault(fault: GiteaFault, response: ServerResponse): void {
  if (typeof fault === 'object') {
    response.writeHead(fault.status, { 'content-type': 'application/json;charset=utf-8', ...fault.headers });
    response.end(JSON.stringify({ message: fault.message ?? '', url: '/api/swagger' }));
    return;
  }
  switch (fault) {
    case 'hang':
      return;
    case 'html-200':
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end('<!DOCTYPE html><html><body>Sign in</body></html>');
      return;
    case 'reset-after':
    case 'reset-before':
      response.socket?.resetAndDestroy();
      return;
    case 'error-500-after':
    case 'error-500-before':
      response.writeHead(500, { 'content-type': 'application/json;charset=utf-8' });
      response.end(JSON.stringify({ message: '', url: '/api/swagger' }));
  }
}
