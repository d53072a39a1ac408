import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { useRefusal } from '../api/session.ts';
import { MessagesArea } from '../messages/area.tsx';
import { channelKindsQuery, channelsQuery } from '../messages/queries.ts';
import type { TemplateView } from '../messages/types.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { LongText } from '../ui/long-text/long-text.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { QueryFallback } from '../ui/states.tsx';
import { StatusChoice, StatusChoices } from '../ui/status-choices.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { Time } from '../ui/time.tsx';
import { outcomeText } from './outcomes.ts';
import { templatePage, templatesQuery } from './queries.ts';
import classes from './templates.module.css';
import { useResetTemplate } from './use-reset-template.ts';

/** The words of messages: a template for each outcome and kind of channel. */
export default function Templates() {
  const { data, error, refetch } = useQuery(templatesQuery);
  const { data: kinds } = useQuery(channelKindsQuery);
  const { data: channels } = useQuery(channelsQuery);
  const [chosen, setKind] = useQueryState('kind');
  const kind = chosen || channels?.channels[0]?.kind || kinds?.kinds[0]?.kind || '';
  const tools = kinds && (
    <StatusChoices label="Kind of channel">
      {kinds.kinds.map((each) => (
        <StatusChoice
          key={each.kind}
          label={each.title}
          isSelected={each.kind === kind}
          onSelect={() => setKind(each.kind)}
        />
      ))}
    </StatusChoices>
  );
  if (!data || !kinds) {
    return (
      <MessagesArea tab="Templates">
        <QueryFallback what="the templates" query={{ error, refetch }} />
      </MessagesArea>
    );
  }
  return (
    <MessagesArea tab="Templates" tools={tools}>
      <p className={classes.dim}>
        The default says in its first line what changed. A changed template is used from the next message on.
      </p>
      <TemplateTable templates={data.templates.filter(({ channelKind }) => channelKind === kind)} />
    </MessagesArea>
  );
}

const columns: Column<TemplateView>[] = [
  {
    name: 'Outcome',
    width: 10,
    value: ({ channelKind, outcome }) => (
      <Anchor component={Link} href={templatePage(channelKind, outcome)} fw={600}>
        {outcomeText(outcome)}
      </Anchor>
    ),
  },
  {
    name: 'State',
    width: 10,
    share: 1,
    card: 'bare',
    value: ({ changed }) =>
      changed === null ? (
        <span className={classes.dim}>default</span>
      ) : (
        <>
          changed <Time at={changed.at} /> by <LongText text={changed.by} />
        </>
      ),
  },
];

function TemplateTable({ templates }: { templates: readonly TemplateView[] }) {
  const [, go] = useLocation();
  return (
    <DataTable
      label="Templates"
      rows={templates}
      rowKey={({ channelKind, outcome }) => `${channelKind} ${outcome}`}
      columns={columns}
      onOpen={({ channelKind, outcome }) => go(templatePage(channelKind, outcome))}
      actions={(template) => template.changed !== null && <Reset template={template} />}
    />
  );
}

function Reset({ template }: { template: TemplateView }) {
  const refusal = useRefusal('operator');
  const reset = useResetTemplate(template);
  if (refusal !== undefined) return null;
  return (
    <ConfirmButton
      label="Reset"
      accessibleName={`Reset: ${outcomeText(template.outcome)}`}
      question="The default template is used again. The changed one is deleted."
      busy={reset.isPending}
      onConfirm={() => reset.mutate()}
    />
  );
}
