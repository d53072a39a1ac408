import { toProblem } from '../api/problem.ts';
import classes from './form-problem.module.css';

/** Why a form was not accepted, in the form. Read out at once. */
export function FormProblem({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  const { message, remedy, code } = toProblem(error);
  return (
    <p className={classes.problem} role="alert" title={code}>
      <b>{message}</b> {remedy}
    </p>
  );
}
