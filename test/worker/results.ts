/** The result of a test that passed. */
export function passed(test: string) {
  return {
    test,
    suite: undefined,
    status: 'passed' as const,
    message: undefined,
    reason: undefined,
    startedAt: new Date(),
    durationMs: 1,
    attachments: [],
  };
}
