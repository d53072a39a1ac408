import { Anchor, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { RunView } from '#src/operations/core/views.ts';
import { clockSeconds, fullTime, plural } from '../ui/format.ts';
import { useQueryState } from '../ui/query-state.ts';
import { Elapsed, Time } from '../ui/time.tsx';
import classes from './head.module.css';
import { recordQuery } from './queries.ts';

const recordId = 'attempts';

function useAttemptsShown(): [boolean, (shown: boolean) => void] {
  const [shown, setShown] = useQueryState('attempts');
  return [shown === 'shown', (next) => setShown(next ? 'shown' : '')];
}

/** The number of attempts; shows or hides the table of attempts. */
export function AttemptsFact({ run }: { run: RunView }) {
  const [isShown, setShown] = useAttemptsShown();
  return (
    <div className={classes.fact}>
      <dt>{run.attempt === 1 ? 'Attempt' : 'Attempts'}</dt>
      <dd>
        <Anchor
          component="button"
          underline="always"
          aria-expanded={isShown}
          aria-controls={recordId}
          onClick={() => setShown(!isShown)}
        >
          {run.attempt}
        </Anchor>
      </dd>
    </div>
  );
}

export function Attempts({ id }: { id: number }) {
  const [isShown] = useAttemptsShown();
  return <div id={recordId}>{isShown && <Record id={id} />}</div>;
}

function Record({ id }: { id: number }) {
  const { data, error } = useQuery(recordQuery(id));
  if (!data) return <p>{error ? error.message : 'Loading attempts.'}</p>;
  return (
    <>
      <Table.ScrollContainer minWidth={520}>
        <Table withTableBorder aria-label="Attempts">
          <Table.Thead>
            <Table.Tr>
              {['Attempt', 'Worker', 'Started', 'Duration', 'Outcome'].map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.attempts.map(({ attempt, workerId, startedAt, endedAt, outcome, reason }) => (
              <Table.Tr key={attempt}>
                <Table.Td>{attempt}</Table.Td>
                <Table.Td>
                  <code>{workerId}</code>
                </Table.Td>
                <Table.Td>
                  <Time at={startedAt} as="clock" />
                </Table.Td>
                <Table.Td>
                  <Elapsed since={startedAt} until={endedAt} />
                </Table.Td>
                <Table.Td>
                  {outcome ?? 'running'}
                  {reason && (
                    <>
                      : {reason.message} <code>{reason.code}</code>
                    </>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {data.events.length > 0 && (
        <details>
          <summary>{plural(data.events.length, 'event')}</summary>
          <ul className={classes.events}>
            {data.events.map(({ at, code, message }) => (
              <li key={`${at} ${code} ${message}`}>
                <time dateTime={at} title={fullTime(new Date(at))}>
                  {clockSeconds(new Date(at))}
                </time>{' '}
                {message} <code>{code}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
