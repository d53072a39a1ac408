/**
 * How tests get the data and operations that they use while they run. `auto`: read once for a run, as far as that is possible;
 * `off`: each test reads all of them.
 */
export const runDataModes = ['auto', 'off'] as const;
export type RunDataMode = (typeof runDataModes)[number];
