import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { channelKinds } from '../../messages/channels/registry.ts';
import { defaultTemplates } from '../../messages/templates/defaults.ts';
import { maxSourceLength } from '../../messages/templates/engine.ts';
import { checkTemplate, renderWith } from '../../messages/templates/render.ts';
import { sampleFacts } from '../../messages/templates/samples.ts';
import { channelKindNames } from '../../model/channel.ts';
import type { MessageFacts } from '../../model/message-facts.ts';
import { type TemplateOutcome, templateOutcomes } from '../../model/template-outcome.ts';
import type { MessageTemplate } from '../../store/tables/message-templates.ts';
import type { Context } from '../core/context.ts';
import { fileContent, submissionId, time } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';

const pair = { channelKind: z.enum(channelKindNames), outcome: z.enum(templateOutcomes) };
const source = fileContent(maxSourceLength).describe(
  'The template, in Liquid; its first line is the headline',
);

const templateView = z.object({
  ...pair,
  source: z.string(),
  changed: z.object({ by: z.string(), at: time }).nullable().describe('Null for the default template'),
});
export type TemplateView = z.output<typeof templateView>;

export const listTemplates = defineOperation({
  name: 'templates.list',
  method: 'GET',
  path: '/api/templates',
  summary: 'List the templates of messages, of each kind of channel and outcome',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({}),
  output: z.object({ templates: z.array(templateView) }),
  async run({ messageTemplates }) {
    const stored = await messageTemplates.list();
    const pairs = channelKinds.flatMap(({ kind }) =>
      templateOutcomes.map((outcome) => ({ channelKind: kind, outcome })),
    );
    return {
      templates: pairs.map(({ channelKind, outcome }) =>
        view(
          { channelKind, outcome },
          stored.find((each) => each.channelKind === channelKind && each.outcome === outcome),
        ),
      ),
    };
  },
});

export const showTemplate = defineOperation({
  name: 'templates.show',
  method: 'GET',
  path: '/api/templates/:channelKind/:outcome',
  summary: 'Show a template',
  role: 'viewer',
  audited: false,
  input: z.object(pair),
  output: templateView,
  run: async ({ messageTemplates }, key) =>
    view(key, await messageTemplates.find(key.channelKind, key.outcome)),
});

export const setTemplate = defineOperation({
  name: 'templates.set',
  method: 'PUT',
  path: '/api/templates/:channelKind/:outcome',
  summary: 'Change a template; one that cannot be used is refused with line and column',
  role: 'operator',
  audited: ({ channelKind, outcome }) => `${channelKind} ${outcome}`,
  input: z.object({ ...pair, source }),
  output: templateView,
  async run({ messageTemplates }, { source, ...key }, { principal }) {
    checkTemplate(source, { outcome: key.outcome, markup: markupOf(key.channelKind) });
    await messageTemplates.set({ ...key, source, changedBy: principal.name });
    return view(key, await messageTemplates.find(key.channelKind, key.outcome));
  },
});

export const resetTemplate = defineOperation({
  name: 'templates.reset',
  method: 'DELETE',
  path: '/api/templates/:channelKind/:outcome',
  summary: 'Use the default template again',
  role: 'operator',
  audited: ({ channelKind, outcome }) => `${channelKind} ${outcome}`,
  input: z.object(pair),
  output: templateView,
  async run({ messageTemplates }, key) {
    await messageTemplates.reset(key.channelKind, key.outcome);
    return view(key, undefined);
  },
});

export const previewTemplate = defineOperation({
  name: 'templates.preview',
  method: 'POST',
  path: '/api/templates/preview',
  summary: 'Show what a template makes of a submission, or of invented results',
  role: 'viewer',
  audited: false,
  input: z.object({
    ...pair,
    source: source.optional().describe('Instead of the stored template'),
    submission: submissionId.optional().describe('Whose results are shown; invented ones by default'),
  }),
  output: z.object({
    headline: z.string(),
    body: z.string().describe('In the markup of the channel'),
    text: z.string().describe('The whole message as plain text'),
    markup: z.string(),
    submission: z.number().nullable().describe('Null for invented results'),
    problem: z.string().nullable().describe('Why the stored template could not be used for it'),
  }),
  async run(context, { channelKind, outcome, source, submission }) {
    const markup = markupOf(channelKind);
    const facts = await factsOf(context, outcome, submission);
    const shown = facts.kind === 'submission' && submission !== undefined ? submission : null;
    if (source !== undefined) {
      checkTemplate(source, { outcome, markup });
      const { headline, body, text } = renderWith(source, { facts, markup, strict: false });
      return { headline, body, text, markup, submission: shown, problem: null };
    }
    const stored = await context.messageTemplates.find(channelKind, outcome);
    const render = (text: string) => renderWith(text, { facts, markup, strict: false });
    try {
      const { headline, body, text } = render(stored?.source ?? defaultTemplates[outcome]);
      return { headline, body, text, markup, submission: shown, problem: null };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { headline, body, text } = render(defaultTemplates[outcome]);
      return { headline, body, text, markup, submission: shown, problem: error.message };
    }
  },
});

/** Errors: SUBMISSION_UNKNOWN, INPUT_INVALID for an outcome that is not about submissions. */
async function factsOf(
  { facts, submissions }: Context,
  outcome: TemplateOutcome,
  submissionId: number | undefined,
): Promise<MessageFacts> {
  const sample = sampleFacts(outcome);
  if (submissionId === undefined) return sample;
  if (sample.kind !== 'submission') {
    throw new Fault('INPUT_INVALID', `The template ${outcome} is not about a submission: leave it out.`);
  }
  const { runs } = await submissions.get(submissionId);
  // A reply has the failures of one run.
  const failed = runs.find(({ counts }) => counts.failed + counts.broken > 0) ?? runs[0];
  const runId = outcome === 'failures' ? failed?.id : undefined;
  return (await facts.read({ submissionId, runId })) ?? sample;
}

const markupOf = (kind: (typeof channelKindNames)[number]) =>
  channelKinds.find((each) => each.kind === kind)?.markup ?? 'json';

function view(
  { channelKind, outcome }: Pick<TemplateView, 'channelKind' | 'outcome'>,
  stored: MessageTemplate | undefined,
): TemplateView {
  return {
    ...{ channelKind, outcome, source: stored?.source ?? defaultTemplates[outcome] },
    changed: stored ? { by: stored.changedBy, at: stored.changedAt.toISOString() } : null,
  };
}
