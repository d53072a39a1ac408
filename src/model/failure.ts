/** What a failure is to somebody who knows how the test went before. */
export const classifications = ['new', 'known', 'flaky'] as const;
export type Classification = (typeof classifications)[number];
