import type { Failure } from '../../core/failure.ts';
import { mediaTypeOf, type Response } from './exchange.ts';
import { registryFailure } from './registry-failure.ts';

/** Whether an answer is a page for people: of a proxy, a login, or whatever else stands under the address. */
export function isPage(response: Response): boolean {
  const type = mediaTypeOf(response);
  return type === 'text/html' || type === 'application/xhtml+xml';
}

/** @throws {Failure} `registry-unreachable` unless the answer is there, or says in a registry's way that nothing is. */
export function checkFound(response: Response, wanted: string): void {
  const { status } = response;
  if (status === 200 || (status === 404 && !isPage(response))) return;
  throw unexpected(response, wanted);
}

export function unexpected(response: Response, wanted: string): Failure {
  const type = mediaTypeOf(response) || 'no media type';
  return registryFailure(response.asked, `answered with status ${response.status} and ${type} instead of ${wanted}`, {
    remedy: 'Check that this is a registry, and that its base path is right.',
  });
}
