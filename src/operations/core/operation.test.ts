import { describe, expect, it } from 'vitest';
import { describeIssues } from './operation.ts';

describe('describeIssues', () => {
  it.each([
    ['must be a URL', 'The input is not valid. url: must be a URL.'],
    ['Write the id of the channel.', 'The input is not valid. url: Write the id of the channel.'],
  ])('ends "%s" with one full stop', (message, expected) => {
    expect(describeIssues([{ path: ['url'], message }])).toBe(expected);
  });
});
