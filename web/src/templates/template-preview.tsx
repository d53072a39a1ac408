import { NativeSelect, SegmentedControl } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { TemplateView } from '../messages/types.ts';
import { FormProblem } from '../ui/form-problem.tsx';
import { stamp } from '../ui/format.ts';
import { isAboutSubmission } from './outcomes.ts';
import { endedSubmissionsQuery, previewQuery } from './queries.ts';
import { SendTest } from './send-test.tsx';
import classes from './templates.module.css';

interface Props {
  channelKind: string;
  outcome: TemplateView['outcome'];
  source: string;
}

/** The message that a template makes of a submission. */
export function TemplatePreview({ channelKind, outcome, source }: Props) {
  const [submission, setSubmission] = useState('');
  const [form, setForm] = useState('message');
  const [settled] = useDebouncedValue(source, 300);
  const selected = submission !== '' && isAboutSubmission(outcome) ? Number(submission) : undefined;
  const { data, error, isPlaceholderData } = useQuery(
    previewQuery({
      channelKind,
      outcome,
      source: settled,
      ...(selected !== undefined && { submission: selected }),
    }),
  );
  return (
    <section aria-labelledby="template-preview" className={classes.preview}>
      <h2 id="template-preview">Preview</h2>
      {isAboutSubmission(outcome) && <SubmissionSelect selected={submission} onSelect={setSubmission} />}
      {error && <FormProblem error={error} />}
      {data?.problem && (
        <p className={classes.problem} role="alert">
          {data.problem}
        </p>
      )}
      {data && !error && (
        <div aria-busy={isPlaceholderData} className={classes.message}>
          <SegmentedControl
            size="xs"
            aria-label="Form of the message"
            data={[
              { value: 'message', label: data.markup === 'html' ? 'HTML' : 'As sent' },
              { value: 'text', label: 'Plain text' },
            ]}
            value={form}
            onChange={setForm}
          />
          {form === 'text' ? (
            <pre className={classes.sent}>{data.text}</pre>
          ) : data.markup === 'html' ? (
            <HtmlMessage html={data.body} headline={data.headline} />
          ) : (
            <div className={classes.sent}>
              <p className={classes.headline}>{data.headline}</p>
              <pre className={classes.body}>{data.body}</pre>
            </div>
          )}
        </div>
      )}
      {data && !error && (
        <SendTest channelKind={channelKind} outcome={outcome} source={source} submission={selected} />
      )}
    </section>
  );
}

function SubmissionSelect({ selected, onSelect }: { selected: string; onSelect: (id: string) => void }) {
  const { data } = useQuery(endedSubmissionsQuery);
  const options = (data?.submissions ?? []).map(({ id, name, verdict, createdAt }) => ({
    value: String(id),
    label: `#${id} ${name}, ${verdict ?? 'running'}, ${stamp(new Date(createdAt))}`,
  }));
  return (
    <NativeSelect
      size="xs"
      label="Submission"
      data={[{ value: '', label: 'Invented results' }, ...options]}
      value={selected}
      onChange={(event) => onSelect(event.currentTarget.value)}
    />
  );
}

/** An e-mail. Without scripts and an origin; the policy of this page takes its styles as well. */
function HtmlMessage({ html, headline }: { html: string; headline: string }) {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const url = URL.createObjectURL(new Blob([html], { type: 'text/html;charset=utf-8' }));
    setAddress(url);
    return () => URL.revokeObjectURL(url);
  }, [html]);
  return (
    <>
      <p className={classes.headline}>{headline}</p>
      {html.trim() === '' ? (
        <p className={classes.dim}>The template has nothing below the headline for these results.</p>
      ) : (
        <>
          <iframe className={classes.frame} title="The message" sandbox="" src={address} />
          <p className={classes.dim}>Without the styles that mail programs show.</p>
        </>
      )}
    </>
  );
}
