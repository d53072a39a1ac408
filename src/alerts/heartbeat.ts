import { createOutageLog } from '../async/outage-log.ts';
import { toFault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';

/**
 * Requests an address after each look for alerts, so that a service outside can tell when nothing looks any more. Returns what to call
 * after a look; it waits for nothing, and does nothing while an earlier request is under way.
 */
export function createHeartbeat(deps: {
  /** Rejects when there is no answer. */
  request(): Promise<{ status: number }>;
  log: Logger;
}): () => void {
  const { request, log } = deps;
  const outage = createOutageLog({
    // Without the address, which may be secret.
    onBegin: (error) =>
      log.warn({ reason: toFault(error).message }, 'The service of MATRE_HEARTBEAT_URL does not answer'),
    onEnd: () => log.info('The service of MATRE_HEARTBEAT_URL answers again'),
  });
  let isUnderWay = false;

  async function send(): Promise<void> {
    try {
      const { status } = await request();
      if (status >= 400) throw new Error(`It answers with ${status}.`);
      outage.succeeded();
    } catch (error) {
      outage.failed(error);
    } finally {
      isUnderWay = false;
    }
  }

  return () => {
    if (isUnderWay) return;
    isUnderWay = true;
    void send();
  };
}
