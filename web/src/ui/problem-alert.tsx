import { Alert } from '@mantine/core';
import { toProblem } from '../api/problem.ts';

/** Why a dialog's form was rejected, inside the dialog. Screen readers announce it immediately. */
export function ProblemAlert({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  const { message, remedy } = toProblem(error);
  return (
    <Alert role="alert" variant="outline" color="var(--failed)" title={message}>
      {remedy}
    </Alert>
  );
}
