import { ActionIcon } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useAnnounce } from '../ui/announce.tsx';
import { copyText } from '../ui/copy.ts';
import classes from './doctor.module.css';
import { remedyParts } from './remedy-parts.ts';

/** A remedy with a copy button for each command and setting. */
export function Remedy({ text }: { text: string }) {
  let at = 0;
  return remedyParts(text).map((part) => {
    const key = at;
    at += part.text.length;
    if (!part.isCopyable) return <span key={key}>{part.text}</span>;
    return (
      <span key={key}>
        <code className={classes.command}>{part.text}</code>
        <Copy text={part.text} />
      </span>
    );
  });
}

function Copy({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const announce = useAnnounce();
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    await copyText(text);
    setCopied(true);
    announce(`Copied: ${text}`);
  };
  return (
    <ActionIcon
      variant="subtle"
      size={24}
      className={classes.copy}
      aria-label={`Copy ${text}`}
      title={copied ? 'Copied' : 'Copy'}
      onClick={() => void copy()}
    >
      {copied ? (
        <IconCheck size={14} color="var(--passed)" aria-hidden />
      ) : (
        <IconCopy size={14} aria-hidden />
      )}
    </ActionIcon>
  );
}
