import { Fault } from '../../faults/fault.ts';
import type { MessageFacts } from '../../model/message-facts.ts';
import type { TemplateOutcome } from '../../model/template-outcome.ts';
import { shorten } from '../../model/visible-text.ts';
import { defaultTemplates } from './defaults.ts';
import { renderTemplate, unknownVariables } from './engine.ts';
import type { Format, Markup } from './escape.ts';
import { outcomeOf } from './outcome.ts';
import { sampleFacts } from './samples.ts';
import { valuesOf } from './values.ts';

export type { Markup } from './escape.ts';

/** Characters of a headline. */
const maxHeadline = 1_000;

/** The words of a message. `headline` and `body` are in the markup of the channel, already escaped; `text` is plain. */
export interface RenderedMessage {
  headline: string;
  body: string;
  text: string;
  facts: MessageFacts;
  /** Why the template of the installation could not be used, so that the default one was. */
  templateProblem?: string;
}

export interface RenderInput {
  facts: MessageFacts;
  purpose: string;
  markup: Markup;
  /** The stored template of `outcomeOf(facts, purpose)` and the kind of the channel; `undefined`: the default one. */
  source: string | undefined;
}

/** The words of a message by a template, or by the default one when there is none or when it fails, which is said then. */
export function renderMessage({ facts, purpose, markup, source }: RenderInput): RenderedMessage {
  const ofDefault = () =>
    renderWith(defaultTemplates[outcomeOf(facts, purpose)], { facts, markup, strict: false });
  if (source === undefined) return ofDefault();
  try {
    return renderWith(source, { facts, markup, strict: false });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ...ofDefault(), templateProblem: error.message };
  }
}

/** The words of a message by this template. Errors: TEMPLATE_INVALID, also for an empty message. */
export function renderWith(
  source: string,
  { facts, markup, strict }: { facts: MessageFacts; markup: Markup; strict: boolean },
): RenderedMessage {
  const render = (format: Format) =>
    renderTemplate(source, { format, values: valuesOf(facts, format), strict })
      .trim()
      .replace(/\n{3,}/g, '\n\n');
  const { headline, body } = split(render(markup));
  if (headline === '') throw new Fault('TEMPLATE_INVALID', 'The template writes nothing.');
  const plain = render('plain');
  return {
    headline: shorten(headline, maxHeadline),
    body: markup === 'html' ? body.replaceAll('\n', '<br>\n') : body,
    text: markup === 'html' ? withoutTags(plain) : plain,
    facts,
  };
}

/** The first line, and what follows it. */
function split(text: string): { headline: string; body: string } {
  const end = text.indexOf('\n');
  if (end === -1) return { headline: text, body: '' };
  return { headline: text.slice(0, end).trim(), body: text.slice(end + 1).trim() };
}

/** Tags that the template itself has. */
const withoutTags = (text: string) => text.replace(/<[a-z/][^<>]*>/gi, '');

/** Refuses a template that cannot be read, or that names what its outcome does not have. Errors: TEMPLATE_INVALID. */
export function checkTemplate(
  source: string,
  { outcome, markup }: { outcome: TemplateOutcome; markup: Markup },
): void {
  const facts = sampleFacts(outcome);
  const unknown = unknownVariables(source, { format: markup, values: valuesOf(facts, markup) });
  if (unknown.length > 0) {
    throw new Fault(
      'TEMPLATE_INVALID',
      `The template has unknown names: ${unknown.slice(0, 5).join(', ')}. Messages of this outcome have: ${Object.keys(valuesOf(facts, markup)).join(', ')}.`,
    );
  }
  renderWith(source, { facts, markup, strict: true });
}
