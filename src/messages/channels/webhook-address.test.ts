import { expect, it } from 'vitest';
import { secretParts } from './webhook-address.ts';

it('hides the secrets of an address, and none of its words', () => {
  const parts = secretParts(
    'https://chat.example/v1/spaces/AAAA12345/messages/?key=AIza12345&token=a%2Bb%2Bc%2Bd%2Be',
  );
  for (const secret of ['AAAA12345', 'AIza12345', 'a+b+c+d+e', 'a%2Bb%2Bc%2Bd%2Be'])
    expect(parts).toContain(secret);
  for (const word of ['messages', 'v1', '', 'spaces']) expect(parts).not.toContain(word);
});
