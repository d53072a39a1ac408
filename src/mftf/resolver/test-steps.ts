import { Fault } from '../../faults/fault.ts';
import { shorten } from '../../model/visible-text.ts';
import type { Origin, ResolvedStep, Resolver, XmlElement } from './model.ts';

/** A step of a test for people: its text instead of its parts. */
export interface StepLine {
  /** `null` for a comment of XML. */
  stepKey: string | null;
  /** Its tag, such as `click`. */
  action: string;
  /** The attributes, and the elements inside of it, with the values of the action group's arguments. */
  text: string;
  origin: Origin;
  /** The call of an action group that it comes from. */
  call: { actionGroup: string; stepKey: string; origin: Origin } | null;
}

/** A test as MFTF runs it. */
export interface TestSteps {
  origin: Origin;
  extends: string | null;
  skipped: boolean;
  before: StepLine[];
  steps: StepLine[];
  after: StepLine[];
}

/** Characters of the text of a step. The longest one in Magento 2.4.4 has 2,400. */
const maxStepText = 4_000;

/** The steps of a test. Throws NOT_FOUND, and MODULE_INVALID with file and line for a test that MFTF does not generate. */
export function stepsOfTest(resolver: Resolver, name: string): TestSteps {
  if (resolver.definitions.test(name) === undefined) {
    throw new Fault('NOT_FOUND', `There is no test ${name}.`);
  }
  const resolution = resolver.test(name);
  if ('refusal' in resolution) {
    const { origin, message } = resolution.refusal;
    throw new Fault('MODULE_INVALID', `${origin.file}:${origin.line}: ${message}`);
  }
  const { origin, extends: parent, skipped, before, steps, after } = resolution.resolved;
  return {
    origin,
    extends: parent ?? null,
    skipped,
    before: linesOf(before ?? []),
    steps: linesOf(steps),
    after: linesOf(after ?? []),
  };
}

/** Without the comments around the steps of action groups, because each step names its call. */
function linesOf(steps: readonly ResolvedStep[]): StepLine[] {
  return steps
    .filter(({ boundary }) => boundary === undefined)
    .map((step) => {
      const { stepKey, action, origin, call = null } = step;
      const text = action === 'comment' ? (step.attributes['userInput'] ?? '') : textOf(step);
      return { stepKey: stepKey || null, action, text: shorten(text, maxStepText), origin, call };
    });
}

function textOf({
  attributes,
  children,
  text,
}: Pick<XmlElement, 'attributes' | 'children' | 'text'>): string {
  const own = Object.entries(attributes)
    .filter(([name]) => name !== 'before' && name !== 'after')
    .map(([name, value]) => `${name}="${value}"`);
  const inner = children.map((child) => `<${child.tag}${withBlankBefore(textOf(child))}>`);
  return [...own, ...inner, ...(text.trim() === '' ? [] : [text.trim()])].join(' ');
}

function withBlankBefore(text: string): string {
  return text === '' ? '' : ` ${text}`;
}
