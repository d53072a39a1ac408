import { Fault } from '../../faults/fault.ts';
import { channelKind } from '../../messages/channels/registry.ts';
import { defaultTemplates } from '../../messages/templates/defaults.ts';
import {
  checkTemplate,
  type Markup,
  type RenderedMessage,
  renderWith,
} from '../../messages/templates/render.ts';
import { sampleFacts } from '../../messages/templates/samples.ts';
import type { ChannelKindName } from '../../model/channel.ts';
import type { MessageFacts } from '../../model/message-facts.ts';
import type { TemplateOutcome } from '../../model/template-outcome.ts';
import type { Context } from '../core/context.ts';

/** What a template makes of a submission, or of invented results. */
export interface PreviewInput {
  channelKind: ChannelKindName;
  outcome: TemplateOutcome;
  /** Instead of the stored template. */
  source?: string | undefined;
  submission?: number | undefined;
}

export interface PreviewedMessage extends RenderedMessage {
  markup: Markup;
  /** Why the stored template could not be used, so that the default one was. */
  problem: string | undefined;
}

/**
 * The message that a template makes. Errors: TEMPLATE_INVALID for `source`; SUBMISSION_UNKNOWN; INPUT_INVALID for a submission with an
 * outcome that is not about one.
 */
export async function renderPreview(
  context: Context,
  { channelKind: kind, outcome, source, submission }: PreviewInput,
): Promise<PreviewedMessage> {
  const markup = markupOf(kind);
  const facts = await factsOf(context, outcome, submission);
  const render = (text: string) => renderWith(text, { facts, markup, strict: false });
  if (source !== undefined) {
    checkTemplate(source, { outcome, markup });
    return { ...render(source), markup, problem: undefined };
  }
  const stored = await context.messageTemplates.find(kind, outcome);
  try {
    return { ...render(stored?.source ?? defaultTemplates[outcome]), markup, problem: undefined };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ...render(defaultTemplates[outcome]), markup, problem: error.message };
  }
}

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

export const markupOf = (kind: ChannelKindName): Markup => channelKind(kind)?.markup ?? 'json';
