import classes from './history.module.css';

const words: Record<string, string> = { '.': 'passed', x: 'failed' };

/** The earlier outcomes of a test, newest on the right: low bars for passed, high bars for failed. */
export function History({ answers }: { answers: string }) {
  if (answers === '') return null;
  const letters = [...answers];
  const said = letters.map((letter) => words[letter] ?? letter).join(', ');
  return (
    <span
      className={classes.history}
      role="img"
      aria-label={`Earlier outcomes: ${said}`}
      title={`Earlier outcomes, oldest first: ${said}`}
    >
      {letters.map((letter, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: letters have no other key
        <span key={index} data-outcome={words[letter]} />
      ))}
    </span>
  );
}
