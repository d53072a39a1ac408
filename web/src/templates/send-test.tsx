import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { testChannel } from '#src/operations/channels/test-channel.ts';
import { post } from '../api/request.ts';
import { channelAddress } from '../channels/queries.ts';
import { TestAnswer } from '../channels/test-answer.tsx';
import { channelsQuery, isForge } from '../messages/queries.ts';
import type { TemplateView } from '../messages/types.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { FormProblem } from '../ui/form-problem.tsx';
import { useAction } from '../ui/use-action.ts';
import classes from './templates.module.css';

interface Props {
  channelKind: string;
  outcome: TemplateView['outcome'];
  source: string;
  submission: number | undefined;
}

/** Sends the previewed message through a channel of its kind, also before the template is saved. */
export function SendTest({ channelKind, outcome, source, submission }: Props) {
  const { data } = useQuery(channelsQuery);
  const [chosen, choose] = useState('');
  const channels = (data?.channels ?? []).filter((each) => each.kind === channelKind && !isForge(each));
  const name = (channels.find((each) => each.name === chosen) ?? channels[0])?.name;
  const test = useAction({
    run: () =>
      post<typeof testChannel>(`${channelAddress(name ?? '')}/test`, { outcome, source, submission }),
    invalidates: [['channels'], ['messages']],
    quiet: true,
  });
  if (name === undefined) return null;
  return (
    <>
      <div className={classes.test}>
        <NativeSelect
          size="xs"
          label="Channel"
          data={channels.map((each) => each.name)}
          value={name}
          onChange={(event) => choose(event.currentTarget.value)}
        />
        <ActionButton
          requiredRole="operator"
          variant="default"
          size="xs"
          loading={test.isPending}
          onClick={() => test.mutate()}
        >
          Send as a test
        </ActionButton>
      </div>
      <div role="status">{test.data && <TestAnswer answer={test.data} />}</div>
      <FormProblem error={test.error} />
    </>
  );
}
