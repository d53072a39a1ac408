/** What a result means in view of the earlier outcomes of its test on its environment. A result can have several. */
export const resultClasses = ['new', 'known', 'fixed', 'flaky', 'slower'] as const;
export type ResultClass = (typeof resultClasses)[number];
