import { Anchor, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { callApi } from '../api/request.ts';
import { useRefusal } from '../api/session.ts';
import { channelKindsQuery } from '../messages/queries.ts';
import type { TemplateView } from '../messages/types.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { FormProblem } from '../ui/form-problem.tsx';
import { FormWithPreview, SubmitBar } from '../ui/form-with-preview.tsx';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { useTitle } from '../ui/title.ts';
import { useAction } from '../ui/use-action.ts';
import { outcomeText } from './outcomes.ts';
import { templateAddress, templatesQuery } from './queries.ts';
import { TemplatePreview } from './template-preview.tsx';
import classes from './templates.module.css';
import { useResetTemplate } from './use-reset-template.ts';

/** The editor of a template, with its preview. */
export default function Template({
  params: { kind, outcome },
}: {
  params: { kind: string; outcome: string };
}) {
  useTitle(`Template: ${outcomeText(outcome)}`);
  const { data, error, refetch } = useQuery(templatesQuery);
  if (!data) return <QueryFallback what="the template" query={{ error, refetch }} />;
  const template = data.templates.find((each) => each.channelKind === kind && each.outcome === outcome);
  if (template === undefined) {
    return (
      <EmptyState title="No such template">
        <Anchor component={Link} href="/templates">
          Show all templates
        </Anchor>
      </EmptyState>
    );
  }
  return <Editor key={`${kind} ${outcome}`} template={template} />;
}

/** Characters of a template, as the server takes them. */
const maxSourceLength = 10_000;

function Editor({ template }: { template: TemplateView }) {
  const { channelKind, outcome, changed } = template;
  const { data: kinds } = useQuery(channelKindsQuery);
  const [source, setSource] = useState(template.source);
  const save = useAction({
    run: () => callApi<TemplateView>('PUT', templateAddress(channelKind, outcome), { body: { source } }),
    successMessage: () => `The template of “${outcomeText(outcome)}” was saved.`,
    invalidates: [['templates']],
    quiet: true,
  });
  const kindTitle = kinds?.kinds.find(({ kind }) => kind === channelKind)?.title ?? channelKind;
  const blocker =
    source.trim() === ''
      ? 'Enter a template.'
      : source === template.source
        ? 'Change the template first.'
        : undefined;
  return (
    <FormWithPreview
      title={`${outcomeText(outcome)}, ${kindTitle}`}
      onSubmit={() => {
        if (blocker === undefined && !save.isPending) save.mutate();
      }}
      fields={
        <>
          <p className={classes.tools}>
            <Anchor component={Link} href={`/templates?kind=${channelKind}`}>
              All templates
            </Anchor>
            <span className={classes.dim}>
              {changed === null ? (
                'The default template'
              ) : (
                <>
                  Changed by {changed.by} <Time at={changed.at} />
                </>
              )}
            </span>
            {changed !== null && <Reset template={template} onReset={setSource} />}
          </p>
          <Textarea
            label="Template"
            description="The first line is the headline. {{ name }} shows a value, {% if %} and {% for %} choose and repeat."
            autosize
            minRows={14}
            maxRows={40}
            spellCheck={false}
            maxLength={maxSourceLength}
            classNames={{ input: classes.source ?? '' }}
            value={source}
            onChange={(event) => setSource(event.currentTarget.value)}
          />
          <Values outcome={outcome} />
        </>
      }
      preview={
        <>
          <SubmitBar blocker={blocker} note={blocker} loading={save.isPending}>
            Save
          </SubmitBar>
          <FormProblem error={save.error} />
          <TemplatePreview channelKind={channelKind} outcome={outcome} source={source} />
        </>
      }
    />
  );
}

function Reset({ template, onReset }: { template: TemplateView; onReset: (source: string) => void }) {
  const refusal = useRefusal('operator');
  const reset = useResetTemplate(template, ({ source }) => onReset(source));
  if (refusal !== undefined) return null;
  return (
    <ConfirmButton
      label="Reset to default"
      accessibleName="Reset to default"
      question="The default template is used again. The changed one is deleted."
      busy={reset.isPending}
      onConfirm={() => reset.mutate()}
    />
  );
}

type ValueList = readonly (readonly [name: string, text: string])[];

const ofSubmissions: ValueList = [
  ['submission.name, .verdict, .url, .environments', 'of the submission'],
  ['submission.counts.failed, submission.classes.new', 'how many tests'],
  ['submission.commit.subject, submission.commits', 'what was tested'],
  ['runs', 'each with environment, verdict, reason, failures'],
  ['causes', 'each with message, values, tests, environments'],
  ['firstFailure.test, firstFailure.message', 'the first failure'],
];
const ofOthers: Record<string, ValueList> = {
  alert: [
    ['alert.subject, .message, .action, .url', 'of the alert'],
    ['alert.startedAt, .endedAt, .endReason', 'when it began and ended, and why it ended'],
  ],
  reservation: [
    ['reservation.environment, .owner, .reason, .url', 'of the reservation'],
    ['reservation.begunAt, .endsAt, .endReason', 'its times, and why it could not begin'],
  ],
  digest: [
    ['period, from, to, url', 'of the digest'],
    ['totals.runs, .passed, .failed, .passRate', 'of all runs; before has those of the time before'],
    ['environments, submissions', 'each with its results'],
    ['failing, grown', 'tests that failed most, and tests that take longer'],
  ],
};

/** The values that a template of an outcome can show. */
function Values({ outcome }: { outcome: string }) {
  const values = ofOthers[outcome.split('-')[0] ?? ''] ?? ofSubmissions;
  return (
    <details className={classes.values}>
      <summary>Values</summary>
      <dl>
        {[['headline', 'what changed, in one line'] as const, ...values].map(([name, text]) => (
          <div key={name}>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
