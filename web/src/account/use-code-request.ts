import { useEffect } from 'react';
import { toProblem } from '../api/problem.ts';

/**
 * Calls back when the server asks for a code of the second factor, because the password is right. Returns the error that a form shows:
 * the request for a code is none.
 */
export function useCodeRequest(error: unknown, onRequest: () => void): unknown {
  const isRequest = error !== null && toProblem(error).code === 'SECOND_FACTOR_REQUIRED';
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each answer of the server
  useEffect(() => {
    if (isRequest) onRequest();
  }, [isRequest]);
  return isRequest ? null : error;
}
