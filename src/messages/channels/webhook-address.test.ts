import { expect, it } from 'vitest';
import { answerText } from './refusals.ts';
import { secretParts } from './webhook-address.ts';

it('hides the secrets of an address, and none of its words', () => {
  const parts = secretParts(
    'https://chat.example/v1/spaces/AAAA12345/messages/?key=AIza12345&token=a%2Bb%2Bc%2Bd%2Be',
  );
  for (const secret of ['AAAA12345', 'AIza12345', 'a+b+c+d+e', 'a%2Bb%2Bc%2Bd%2Be'])
    expect(parts).toContain(secret);
  for (const word of ['messages', 'v1', '', 'spaces']) expect(parts).not.toContain(word);
});

it('hides an address in whatever form a service repeats it', () => {
  const address = 'https://ann:pw%21@hooks.test/in/x7/%C3%A9?t=k3y&u=a%20b';
  const hidden = secretParts(address);
  for (const answer of [
    'Cannot POST /in/x7/%C3%A9?t=k3y&u=a%20b',
    // Express escapes for HTML, and Spring for JSON.
    'Cannot POST /in/x7/%C3%A9?t=k3y&amp;u=a%20b',
    '{"path":"\\/in\\/x7\\/%C3%A9?t=k3y&u=a%20b"}',
    'no such path: /in/x7/é?t=k3y&u=a b',
    'unknown query ?t=k3y&u=a%20b',
    'no user ann with pw!',
    // Of ann:pw! in the header Authorization.
    'Basic YW5uOnB3IQ== is not valid',
  ]) {
    expect(answerText(answer, hidden)).not.toMatch(/k3y|x7|ann|pw|YW5uOnB3IQ/);
  }
  expect(answerText('not /a/ path', secretParts('https://hooks.test/'))).toBe('not /a/ path');
});
