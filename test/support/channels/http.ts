import { DeliveryFault, type OutgoingHttp } from '../../../src/messages/channels/channel.ts';

/** Requests to stand-ins on this machine, without the limits and the proxy of the real client. */
export const plainHttp: OutgoingHttp = {
  async request(url, { method, headers = {}, body, signal, timeoutMs = 5000 }) {
    const signals = [AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])];
    try {
      const response = await fetch(url, {
        ...{ method, headers, redirect: 'manual', signal: AbortSignal.any(signals) },
        ...(body !== undefined && { body: body as string }),
      });
      const text = await response.text();
      return { status: response.status, headers: Object.fromEntries(response.headers), text };
    } catch (error) {
      throw new DeliveryFault('CHANNEL_UNREACHABLE', 'No answer.', { permanent: false, cause: error });
    }
  },
};
