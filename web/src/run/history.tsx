import classes from './history.module.css';

const words: Record<string, string> = { '.': 'passed', x: 'failed' };

/** How a test went before, the newest at the right: low for passed, high for failed. */
export function History({ answers }: { answers: string }) {
  if (answers === '') return null;
  const letters = [...answers];
  const said = letters.map((letter) => words[letter] ?? letter).join(', ');
  return (
    <span
      className={classes.history}
      role="img"
      aria-label={`Before: ${said}`}
      title={`Before, the oldest first: ${said}`}
    >
      {letters.map((letter, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a letter is its place
        <span key={index} data-answer={words[letter]} />
      ))}
    </span>
  );
}
