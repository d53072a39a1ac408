import classes from '../environment.module.css';

/** A value, or dots for a secret, which the server never returns, and for one that a viewer may not see. */
export function Value({ value, isSecret }: { value: string | null; isSecret: boolean }) {
  if (isSecret || value === null) {
    const title = isSecret ? 'Secret: never shown' : 'Hidden: only operators and admins see it';
    return (
      <span role="img" aria-label={isSecret ? 'secret' : 'hidden'} title={title}>
        ••••••••
      </span>
    );
  }
  if (value === '') return <span className={classes.dim}>empty</span>;
  return <code>{value}</code>;
}
