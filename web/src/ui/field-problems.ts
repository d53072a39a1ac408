import type { Problem } from '../api/problem.ts';

const prefix = 'The input is not valid. ';

/** The message of each invalid form field, by field name. Parses INPUT_INVALID messages: `baseUrl: must be …; code: …`. */
export function fieldProblems(
  problem: Pick<Problem, 'code' | 'message'> | undefined,
): Record<string, string> {
  if (problem?.code !== 'INPUT_INVALID' || !problem.message.startsWith(prefix)) return {};
  const parts = problem.message.slice(prefix.length).replace(/\.$/, '').split('; ');
  return Object.fromEntries(
    parts.flatMap((part) => {
      const [, field, message] = part.match(/^(?:\w+\.)?(\w+): (.+)$/s) ?? [];
      return field !== undefined && message !== undefined ? [[field, message]] : [];
    }),
  );
}
