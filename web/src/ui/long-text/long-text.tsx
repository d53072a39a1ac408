import classes from './long-text.module.css';
import { splitText } from './split-text.ts';

/**
 * A text in one line that is cut in its middle where there is no room. `LongTextTip` shows it whole when the pointer is on it
 * or the focus is in its row; screen readers read it whole, and copying copies it whole. In cards of tables it wraps instead.
 */
export function LongText({ text }: { text: string }) {
  const parts = splitText(text);
  if (!parts) return <span className={classes.short}>{text}</span>;
  return (
    <span className={classes.long} data-whole={text}>
      <span className={classes.head} aria-hidden>
        {parts.head}
      </span>
      <span className={classes.tail} aria-hidden>
        {parts.tail}
      </span>
      <span className={classes.hidden}>{text}</span>
    </span>
  );
}
