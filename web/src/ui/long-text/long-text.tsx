import classes from './long-text.module.css';
import { splitText } from './split-text.ts';

/**
 * A text in one line that is cut where there is no room: a name in its middle, a sentence or a list at its end. `LongTextTip` shows it
 * whole when the pointer is on it or the focus is in its row; screen readers read it whole, and copying copies it whole. In cards of
 * tables it wraps instead.
 */
export function LongText({ text, isSentence = false }: { text: string; isSentence?: boolean }) {
  const parts = isSentence ? { head: text, tail: '' } : splitText(text);
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
