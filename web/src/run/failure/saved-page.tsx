import { Anchor, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { QueryFallback } from '../../ui/states.tsx';
import { readText } from '../read-text.ts';
import classes from './saved-page.module.css';

/**
 * The page in the browser when a test failed. It is untrusted content of a shop, so it is shown without scripts and without an
 * origin, and the content security policy of this page blocks all its requests. Its images and styles are therefore missing.
 */
export function SavedPage({ address, test }: { address: string; test: string }) {
  const [view, setView] = useState('page');
  const { data, error, refetch } = useQuery({
    queryKey: ['file', address],
    queryFn: ({ signal }) => readText(address, signal),
  });
  const [blob, setBlob] = useState<string>();
  useEffect(() => {
    if (data === undefined) return;
    const url = URL.createObjectURL(new Blob([data], { type: 'text/html' }));
    setBlob(url);
    return () => URL.revokeObjectURL(url);
  }, [data]);

  if (data === undefined) return <QueryFallback what="the page" query={{ error, refetch }} />;
  return (
    <div className={classes.page}>
      <div className={classes.tools}>
        <SegmentedControl
          size="xs"
          aria-label="Page or source"
          data={[
            { value: 'page', label: 'Page' },
            { value: 'source', label: 'Source' },
          ]}
          value={view}
          onChange={setView}
        />
        <span className={classes.note}>Without the scripts, styles and images of the shop.</span>
        <Anchor href={address} download>
          Download
        </Anchor>
      </div>
      {view === 'page' ? (
        <iframe className={classes.frame} title={`The page when ${test} ended`} sandbox="" src={blob} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be scrollable with the keyboard
        <pre className={classes.source} tabIndex={0}>
          {data}
        </pre>
      )}
    </div>
  );
}
