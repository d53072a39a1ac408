import classes from './history.module.css';

const words: Record<string, string> = { '.': 'passed', x: 'failed' };

/** The earlier outcomes of a test, newest on the right: low bars for passed, high bars for failed. */
export function History({ outcomes }: { outcomes: string }) {
  if (outcomes === '') return null;
  const letters = [...outcomes];
  const outcomeText = letters.map((letter) => words[letter] ?? letter).join(', ');
  return (
    <span
      className={classes.history}
      role="img"
      aria-label={`Earlier outcomes: ${outcomeText}`}
      title={`Earlier outcomes, oldest first: ${outcomeText}`}
    >
      {letters.map((letter, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: letters have no other key
        <span key={index} data-outcome={words[letter]} />
      ))}
    </span>
  );
}
