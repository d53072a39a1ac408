import { z } from 'zod';
import { channelKinds } from '../../messages/channels/registry.ts';
import { defaultTemplates } from '../../messages/templates/defaults.ts';
import { maxSourceLength } from '../../messages/templates/engine.ts';
import { checkTemplate } from '../../messages/templates/render.ts';
import { channelKindNames } from '../../model/channel.ts';
import { templateOutcomes } from '../../model/template-outcome.ts';
import type { MessageTemplate } from '../../store/tables/message-templates.ts';
import { fileContent, submissionId, time } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { markupOf, renderPreview } from './preview-message.ts';

const pair = { channelKind: z.enum(channelKindNames), outcome: z.enum(templateOutcomes) };
export const templateSource = fileContent(maxSourceLength).describe(
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
  input: z.object({ ...pair, source: templateSource }),
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
    source: templateSource.optional().describe('Instead of the stored template'),
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
  async run(context, input) {
    const { headline, body, text, markup, facts, problem } = await renderPreview(context, input);
    const shown = facts.kind === 'submission' ? (input.submission ?? null) : null;
    return { headline, body, text, markup, submission: shown, problem: problem ?? null };
  },
});

function view(
  { channelKind, outcome }: Pick<TemplateView, 'channelKind' | 'outcome'>,
  stored: MessageTemplate | undefined,
): TemplateView {
  return {
    ...{ channelKind, outcome, source: stored?.source ?? defaultTemplates[outcome] },
    changed: stored ? { by: stored.changedBy, at: stored.changedAt.toISOString() } : null,
  };
}
