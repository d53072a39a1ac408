import { Button } from '@mantine/core';
import { useState } from 'react';
import { copyText } from '../../ui/copy.ts';
import accountClasses from '../account.module.css';
import classes from './second-factor.module.css';

/** Shows new recovery codes, which is the only time. */
export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const [copied, setCopied] = useState(false);
  const text = `${codes.join('\n')}\n`;
  const copy = async () => {
    await copyText(text);
    setCopied(true);
  };
  return (
    <div className={accountClasses.secret} role="status">
      <p>
        <b>Store these recovery codes apart from your device.</b> Each replaces a code of the app once. Only
        their hashes are stored, so they are never shown again.
      </p>
      <ul className={classes.codes} aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className={accountClasses.row}>
        <Button variant="default" onClick={() => void copy()} aria-live="polite">
          {copied ? 'Copied' : 'Copy'}
        </Button>
        <Button
          variant="default"
          component="a"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
          download="matre-recovery-codes.txt"
        >
          Download
        </Button>
        <Button onClick={onDone}>I have stored them</Button>
      </div>
    </div>
  );
}
