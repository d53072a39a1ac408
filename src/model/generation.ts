/**
 * Who generates the tests of runs. `auto`: matre where its files were compared with those of MFTF, and as long as they do not differ;
 * `mftf` and `matre`: always, as far as that is possible.
 */
export const generationModes = ['auto', 'mftf', 'matre'] as const;
export type GenerationMode = (typeof generationModes)[number];
