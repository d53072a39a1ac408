import { toProblem } from '../api/problem.ts';
import classes from './form-problem.module.css';

/** Why a form was rejected, inside the form. Screen readers announce it immediately. */
export function FormProblem({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  const { message, remedy, code } = toProblem(error);
  return (
    <p className={classes.problem} role="alert" title={code}>
      <b>{message}</b> {remedy}
    </p>
  );
}
