import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { toProblem } from '../api/problem.ts';
import { showProblem, showSuccess } from './notices.tsx';

export interface Action<Input, Output> {
  run: (input: Input) => Promise<Output>;
  /** The success message: `Run 44 was cancelled.` */
  successMessage?: (output: Output, input: Input) => string;
  /** Prefixes of the query keys to invalidate, for changes without a server event. */
  invalidates?: QueryKey[];
  onSuccess?: (output: Output, input: Input) => void;
  /** No error notification, because the form shows the problem. */
  quiet?: boolean;
}

/** A mutation that notifies the user of its outcome and invalidates the queries that it changed. */
export function useAction<Input = void, Output = unknown>(action: Action<Input, Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: action.run,
    onSuccess: async (output, input) => {
      if (action.successMessage) showSuccess(action.successMessage(output, input));
      // Before the queries refetch, so that a dialog closes immediately.
      action.onSuccess?.(output, input);
      await Promise.all((action.invalidates ?? []).map((queryKey) => client.invalidateQueries({ queryKey })));
    },
    onError: (error) => {
      if (!action.quiet) showProblem(toProblem(error));
    },
  });
}
