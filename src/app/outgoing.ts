import type { Artifacts } from '../artifacts/artifacts.ts';
import type { Config } from '../config/config.ts';
import { Fault } from '../faults/fault.ts';
import type { SendHookRequest } from '../hooks/hook-place.ts';
import { AddressRefused, createAddressLimits } from '../http/address-limits.ts';
import { createGuardedClient } from '../http/guarded-client.ts';
import { describeHttpError } from '../http/http-client.ts';
import { createOutgoing } from '../messages/outgoing/outgoing.ts';
import { createPictureReader } from '../messages/outgoing/read-picture.ts';
import type { Context } from '../operations/core/context.ts';

/** What channels send messages with. `close` ends the requests that are under way. */
export function createAppOutgoing(deps: {
  config: Pick<Config, 'messages'>;
  artifacts: Pick<Artifacts, 'open'>;
}): { outgoing: Context['outgoing']; close(): void } {
  const { config, artifacts } = deps;
  const { allowedNetworks, proxy } = config.messages;
  const { http, connect, close } = createOutgoing({ limits: createAddressLimits(allowedNetworks), proxy });
  return { outgoing: { http, connect, readPicture: createPictureReader(artifacts) }, close };
}

/** What hooks send requests with. `close` ends those that are under way. */
export function createHookRequests({ config }: { config: Pick<Config, 'hooks' | 'messages'> }): {
  send: SendHookRequest;
  close(): void;
} {
  const limits = createAddressLimits(config.hooks.allowedNetworks);
  const client = createGuardedClient({ limits, proxy: config.messages.proxy });
  return {
    async send(url, request) {
      // The address may be secret.
      const address = URL.canParse(url) ? new URL(url) : undefined;
      if (address === undefined || !/^https?:$/.test(address.protocol)) {
        throw new Fault('HOOK_FAILED', 'The address is not an http:// or https:// address.');
      }
      try {
        const { status, text, truncated } = await client.request(url, request);
        return { status, text: truncated ? '' : text };
      } catch (error) {
        request.signal.throwIfAborted();
        if (error instanceof AddressRefused) {
          const message = `Hooks must not send requests to ${error.host} (MATRE_HOOKS_ALLOWED_NETWORKS).`;
          throw new Fault('HOOK_FAILED', message);
        }
        throw new Error(`${address.host}: ${describeHttpError(error)}.`);
      }
    },
    close: client.close,
  };
}
