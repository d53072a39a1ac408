import type { Problem } from '../api/problem.ts';

const beginning = 'The input is not valid. ';

/** What the server says of single fields of a form (INPUT_INVALID): `baseUrl: must be …; code: …`. By the name of the field. */
export function fieldProblems(
  problem: Pick<Problem, 'code' | 'message'> | undefined,
): Record<string, string> {
  if (problem?.code !== 'INPUT_INVALID' || !problem.message.startsWith(beginning)) return {};
  const parts = problem.message.slice(beginning.length).replace(/\.$/, '').split('; ');
  return Object.fromEntries(
    parts.flatMap((part) => {
      const [, field, message] = part.match(/^(\w+): (.+)$/s) ?? [];
      return field !== undefined && message !== undefined ? [[field, message]] : [];
    }),
  );
}
