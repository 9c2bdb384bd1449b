import type { RefusalNotification } from '../core/refusal/notification.ts';

/** Tells other systems of refusals. */
export interface Notifier {
  /**
   * Tells all receivers; one that fails keeps no other from its notification. At least once: what failed for one may be told to all
   * again, under the same `id`.
   *
   * @throws {Failure} `receiver-unreachable` naming those that were not told, once all others were.
   */
  notify(notification: RefusalNotification): Promise<void>;
}
