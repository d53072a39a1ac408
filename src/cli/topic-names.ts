/** The topics of `matre help TOPIC`, whose texts are in `topics.ts`. */
export const topicNames = ['selection', 'exit-codes', 'settings', 'contexts', 'completion', 'names'] as const;
