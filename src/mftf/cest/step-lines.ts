import type { Definitions, ResolvedStep } from '../resolver/model.ts';
import { actionCall } from './actions.ts';
import { dataLines } from './data-lines.ts';
import { type HelperSignatures, helperLines } from './php-method-call.ts';
import { createReferenceContext, type ReferenceContext } from './reference-context.ts';
import { CestRefusal } from './refusal.ts';
import type { CestSettings } from './settings.ts';
import type { Scope, Style } from './style.ts';
import { StepValues } from './values.ts';

/** What steps add to the description of their test. */
export interface StepRemarks {
  /** What MFTF says of deprecated declarations that the steps name, of each step. */
  notices: string[];
  /** The names of secrets. */
  secrets: Set<string>;
}

export interface StepContext {
  remarks: StepRemarks;
  definitions: Definitions;
  settings: CestSettings;
  helpers: HelperSignatures;
  style: Style;
}

/** The lines of PHP for a step, without indentation; the wait of an element that it names comes last. */
export function stepLines(step: ResolvedStep, context: StepContext): string[] {
  const { style, settings, definitions, remarks } = context;
  if (step.action === 'comment' && step.stepKey === '') return [style.comment(plainComment(step, context))];
  const values = new StepValues(step, referenceContextOf(definitions, style), settings);
  if (step.action === 'comment') {
    const text = values.quoted('userInput') ?? '""';
    refuseSecrets(step, values);
    remarks.notices.push(...values.notices);
    return [style.comment(text)];
  }
  if (step.action === 'generateDate') {
    const lines = dateLines(step, values);
    remarks.notices.push(...values.notices);
    return lines;
  }
  if (step.action === 'helper') return helperLines(values, context);
  const lines = dataLines(values, style) ?? [
    ...callLines(values, style),
    ...impliedWait(step, values, style),
  ];
  refuseSecrets(step, values);
  remarks.notices.push(...values.notices);
  if (step.action === 'magentoCLI' && values.notices.length > 0) {
    throw new CestRefusal('A command names something that is deprecated, which MFTF says twice.');
  }
  // MFTF does not look at commands of Magento for this.
  if (step.action !== 'magentoCLI') for (const secret of values.secrets) remarks.secrets.add(secret);
  return lines;
}

const referenceContexts = new WeakMap<Definitions, Map<Scope, ReferenceContext>>();

function referenceContextOf(definitions: Definitions, style: Style): ReferenceContext {
  const contexts = referenceContexts.get(definitions) ?? new Map<Scope, ReferenceContext>();
  referenceContexts.set(definitions, contexts);
  const context = contexts.get(style.scope) ?? createReferenceContext(definitions, style);
  contexts.set(style.scope, context);
  return context;
}

/** The actions that MFTF accepts secrets in; it says so of <getOTP>, too, and refuses it (measured with 3.8). */
const withSecrets = new Set(['fillField', 'magentoCLI', 'createData', 'seeInField']);

function refuseSecrets({ stepKey, action }: ResolvedStep, { secrets }: StepValues): void {
  if (secrets.length > 0 && !withSecrets.has(action)) {
    throw new CestRefusal(`A secret cannot stand in the step ${stepKey} of the action ${action}.`);
  }
}

function noteActionGroup(step: ResolvedStep, { definitions, remarks }: StepContext): void {
  const name = step.call?.actionGroup ?? '';
  const message = definitions.actionGroup(name)?.attributes['deprecated'];
  if (message !== undefined) remarks.notices.push(`DEPRECATED ACTION GROUP in Test: ${name} ${message}`);
}

function callLines(values: StepValues, style: Style): string[] {
  const { stepKey } = values.step;
  const call = actionCall(values);
  // What an action group returns is kept under the step key of its call.
  const variable = call.method === 'return' ? (values.step.call?.stepKey ?? stepKey) : stepKey;
  const method = values.secrets.length > 0 ? (withSecret[call.method] ?? call.method) : call.method;
  const list = call.arguments.filter((argument) => argument !== undefined).join(', ');
  const line = `${call.variable ? `$${variable} = ` : ''}${style.call(method, list)}; // stepKey: ${stepKey}`;
  if (!call.method.startsWith('magento')) return [line];
  const comment = style.comment(`$${stepKey}`);
  return [line, method === call.method ? comment : `${comment} // stepKey: ${stepKey}`];
}

/** Calls that hide a secret from the log. */
const withSecret: Record<string, string> = {
  fillField: 'fillSecretField',
  magentoCLI: 'magentoCLISecret',
  seeInField: 'seeInSecretField',
};

/** An element with a timeout is waited for after each step that names it. */
function impliedWait(step: ResolvedStep, values: StepValues, style: Style): string[] {
  const timeout = values.timeout;
  if (timeout === undefined) return [];
  return [`${style.call('waitForPageLoad', timeout)}; // stepKey: ${step.stepKey}WaitForPageLoad`];
}

/** A comment around the steps of an action group, or one of the XML, which is written as it stands. */
function plainComment(step: ResolvedStep, context: StepContext): string {
  if (step.boundary === 'enter') noteActionGroup(step, context);
  return `"${(step.attributes['userInput'] ?? '').replace(/["${}]/g, '\\$&')}"`;
}

/** MFTF refuses what PHP does not know; matre knows only the form of a name, and leaves others to MFTF. */
function refuseTimezone(name: string | undefined): void {
  if (name !== undefined && !/^(?:UTC|[A-Z][A-Za-z_]+(?:\/[A-Z][A-Za-z_+-]+\d*)+)$/.test(name)) {
    throw new CestRefusal(`"${name}" may be no time zone.`);
  }
}

/** MFTF replaces only data in dates. */
function dateLines(step: ResolvedStep, values: StepValues): string[] {
  refuseTimezone(step.attributes['timezone']);
  for (const name of ['date', 'format']) {
    const source = step.attributes[name] ?? '';
    if (/\{\{_|\$\w+\.|^\{\$\w+\}$/.test(source))
      throw new CestRefusal(`A date is no text with data: ${source}.`);
  }
  const timezone = values.quoted('timezone') ?? `"${values.settings.timezone}"`;
  return [
    '$date = new \\DateTime();',
    `$date->setTimestamp(strtotime(${values.quoted('date') ?? '""'}));`,
    `$date->setTimezone(new \\DateTimeZone(${timezone}));`,
    `$${step.stepKey} = $date->format(${values.quoted('format') ?? '""'});`,
    '',
  ];
}
