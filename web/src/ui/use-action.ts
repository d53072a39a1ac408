import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { toProblem } from '../api/problem.ts';
import { showDone, showProblem } from './notices.tsx';

export interface Action<Input, Output> {
  run: (input: Input) => Promise<Output>;
  /** Said when it is done, in a few words: `Run 44 is cancelled.` */
  done?: (output: Output, input: Input) => string;
  /** First words of the keys of queries that it changes, where no event of the server tells so. */
  touches?: QueryKey[];
  onDone?: (output: Output, input: Input) => void;
  /** Where the form shows the problem itself. */
  quiet?: boolean;
}

/** Something that the reader does: runs, says how it went, and has the page ask again for what it changed. */
export function useAction<Input = void, Output = unknown>(action: Action<Input, Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: action.run,
    onSuccess: async (output, input) => {
      if (action.done) showDone(action.done(output, input));
      // Before the page asks again: a dialog closes at once, however long the answers take.
      action.onDone?.(output, input);
      await Promise.all((action.touches ?? []).map((queryKey) => client.invalidateQueries({ queryKey })));
    },
    onError: (error) => {
      if (!action.quiet) showProblem(toProblem(error));
    },
  });
}
