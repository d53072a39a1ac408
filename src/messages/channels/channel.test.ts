import { expect, it } from 'vitest';
import { Fault } from '../../faults/fault.ts';
import { DeliveryFault } from './channel.ts';

it('distinguishes the fault of a delivery from other faults', () => {
  const fault = new DeliveryFault('CHANNEL_BUSY', 'Slack asks to wait for 30 s.', {
    permanent: false,
    retryAfterMs: 30_000,
  });
  expect(fault).toBeInstanceOf(Fault);
  expect(fault).toBeInstanceOf(DeliveryFault);
  expect(new Fault('CHANNEL_BUSY', 'Slack asks to wait for 30 s.')).not.toBeInstanceOf(DeliveryFault);
});
