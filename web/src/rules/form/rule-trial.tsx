import { Anchor } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { ruleSentence } from '#src/model/rule-sentence.ts';
import type { RuleTrial as Trial } from '../../messages/types.ts';
import { FormProblem } from '../../ui/form-problem.tsx';
import { plural } from '../../ui/format.ts';
import { Time } from '../../ui/time.tsx';
import { trialQuery } from '../queries.ts';
import classes from '../rules.module.css';
import { type RuleDraft, ruleFieldsOf, timeFieldsOf } from './rule-draft.ts';

/** The rule in words, and what it would have sent in the last seven days. */
export function RuleTrial({ draft }: { draft: RuleDraft }) {
  const [fields] = useDebouncedValue(JSON.stringify(ruleFieldsOf(draft)), 300);
  const isReady = draft.channel !== '' && (draft.occasions.length > 0 || draft.hasDigest);
  const { data, error, isPlaceholderData } = useQuery(trialQuery(JSON.parse(fields), isReady));
  return (
    <>
      <p className={classes.sentence} aria-live="polite">
        <b>{ruleSentence({ ...draft, ...timeFieldsOf(draft) })}</b>
      </p>
      <section aria-labelledby="trial">
        <h2 id="trial">What would have been sent last week?</h2>
        {error ? (
          <FormProblem error={error} />
        ) : !isReady ? (
          <p className={classes.dim}>Choose a channel and when it sends.</p>
        ) : data === undefined ? (
          <p className={classes.dim}>Loading …</p>
        ) : (
          <div className={classes.trial} aria-busy={isPlaceholderData}>
            <Answer trial={data} />
          </div>
        )}
      </section>
    </>
  );
}

/** The initial number of messages. */
const initialMessages = 8;

function Answer({ trial: { messages, notSent, submissions, more } }: { trial: Trial }) {
  const [showsAll, setAll] = useState(false);
  const shown = showsAll ? messages : messages.slice(0, initialMessages);
  if (messages.length === 0 && submissions === 0) {
    return (
      <p>Nothing: no submission ended in the last seven days, so there is nothing to try the rule on.</p>
    );
  }
  return (
    <>
      <p aria-live="polite">
        <b>{messages.length === 0 ? 'Nothing' : plural(messages.length, 'message')}</b>, from{' '}
        {plural(submissions, 'submission')}.
        {more > 0 && ` ${more.toLocaleString()} older ones of the week were not tried.`}
      </p>
      <ul className={classes.sent} aria-label="Messages of last week">
        {shown.map((message) => (
          <li key={`${message.at} ${message.purpose} ${message.recipient} ${message.headline}`}>
            {message.submission === null ? (
              message.headline
            ) : (
              <Anchor component={Link} href={`/submissions/${message.submission}`}>
                {message.headline}
              </Anchor>
            )}
            <div className={classes.dim}>
              <Time at={message.at} />
              {message.dueAt > message.at && (
                <>
                  , held back by quiet hours until <Time at={message.dueAt} as="clock" />
                </>
              )}
              {message.purpose === 'reply' && ', a reply in the thread of the message'}
              {message.recipient !== null && `, to ${message.recipient}`}: {message.reason}
            </div>
          </li>
        ))}
      </ul>
      {shown.length < messages.length && (
        <p>
          <Anchor component="button" type="button" onClick={() => setAll(true)}>
            Show {messages.length - shown.length} more
          </Anchor>
        </p>
      )}
      {notSent.length > 0 && (
        <>
          <h3>Not sent</h3>
          <ul className={classes.reasons}>
            {notSent.map(({ reason, count }) => (
              <li key={reason}>
                {count} × {reason}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
