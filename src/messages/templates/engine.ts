import { Context, Liquid, LiquidError, type Template, toValueSync } from 'liquidjs';
import { Fault } from '../../faults/fault.ts';
import { durationText } from '../../model/duration.ts';
import { shorten, visible } from '../../model/visible-text.ts';
import { escapeValue, type Format, formatBold, formatCode, formatLink } from './escape.ts';

/** Characters of a template. */
export const maxSourceLength = 10_000;
/** Texts, tags and values that a rendering may go through. They are counted, because a time would depend on the machine. */
const maxSteps = 20_000;
/** Characters of tags and values that all steps may have: the work of a step grows with them, as with a tag of 300 conditions. */
const maxStepCharacters = 1_000_000;
/** Characters that filters may make, and elements that loops may go through. */
const maxMemory = 250_000;
/** Characters of a text that a filter makes. */
const maxText = 20_000;
/** Elements of a range. */
const maxRange = 100;
const maxOutputLength = 100_000;
/** Tags and values within each other are read by a function that calls itself. */
const maxDepth = 20;

/** Whatever else Liquid has would read files, keep values between renderings, or make text that is escaped twice. */
const tags = ['assign', 'for', 'break', 'continue', 'if', 'unless', 'case', 'comment', 'raw'];
const filters = [
  ...['append', 'prepend', 'upcase', 'downcase', 'capitalize', 'truncate', 'strip', 'default', 'date'],
  ...['plus', 'minus', 'times', 'divided_by', 'round', 'floor', 'ceil'],
  ...['size', 'first', 'last', 'join', 'map', 'where', 'reverse', 'uniq', 'slice'],
];
/** Text that has the markup of the channel already. */
class Formatted {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
}

const engines = new Map<Format, Liquid>();

/** The engine for a markup: with the allowed tags and filters alone, without files, and with every value escaped. */
function engineOf(format: Format): Liquid {
  let engine = engines.get(format);
  if (engine) return engine;
  const escapeAny = (value: unknown) =>
    value instanceof Formatted ? String(value) : escapeValue(format, textOf(value));
  engine = new Liquid({
    ownPropertyOnly: true,
    strictFilters: true,
    // As `trimOwnLines` needs it.
    greedy: false,
    // Times are UTC, whatever the zone of the process.
    timezoneOffset: 0,
    parseLimit: maxSourceLength,
    dynamicPartials: false,
    templates: {},
    outputEscape: (value: unknown) => escapeAny(value),
  });
  keepOnly(engine.tags, tags);
  keepOnly(engine.filters, filters);
  // Their work grows with the text, so that the text is counted, as Liquid does in its own filters.
  const formatFilter = (name: string, write: (value: unknown, argument: unknown) => string) =>
    engine?.registerFilter(name, function (this: { context: Context }, value: unknown, argument: unknown) {
      this.context.memoryLimit.use(lengthOf(value) + lengthOf(argument));
      return new Formatted(write(value, argument));
    });
  formatFilter('link', (value, url) =>
    formatLink(format, textOf(value), typeof url === 'string' ? url : undefined),
  );
  formatFilter('bold', (value) => formatBold(format, escapeAny(value)));
  formatFilter('code', (value) => formatCode(format, textOf(value)));
  engine.registerFilter('duration', (value: unknown) =>
    typeof value === 'number' ? durationText(value) : '',
  );
  engine.registerFilter('percent', (value: unknown) =>
    typeof value === 'number' ? `${Math.floor(value * 1000) / 10} %` : '',
  );
  engine.registerFilter('results', resultsText);
  engines.set(format, engine);
  return engine;
}

/** Characters of a text, and of the texts of a list. */
function lengthOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + lengthOf(each), 0);
  return typeof value === 'string' || value instanceof Formatted ? String(value).length : 0;
}

/** The counts of a run or submission in words, without zeros: `396 passed, 15 failed`. */
function resultsText(value: unknown): string {
  const counts = (value ?? {}) as Record<string, unknown>;
  const parts = ['passed', 'failed', 'broken', 'skipped'].flatMap((name) => {
    const count = Object.hasOwn(counts, name) ? counts[name] : undefined;
    return typeof count === 'number' && count > 0 ? [`${count} ${name}`] : [];
  });
  return parts.length > 0 ? parts.join(', ') : 'no results';
}

function keepOnly(registry: object, names: readonly string[]): void {
  for (const name of Object.keys(registry)) {
    if (!names.includes(name)) delete (registry as Record<string, unknown>)[name];
  }
}

/** A value as text on one line: nothing of an absent one or of an object. A line end would end a link or an entry of a list. */
function textOf(value: unknown): string {
  if (value instanceof Formatted || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  if (typeof value === 'string') return visible(value);
  return Array.isArray(value) ? shorten(value.map(textOf).join(', '), 10_000) : '';
}

/**
 * Renders a template. `strict`: an unknown variable is an error, otherwise it is empty. Errors: TEMPLATE_INVALID with line and column,
 * also for a template that takes too long or writes too much.
 */
export function renderTemplate(
  source: string,
  { format, values, strict }: { format: Format; values: Record<string, unknown>; strict: boolean },
): string {
  const engine = engineOf(format);
  try {
    const templates = parse(engine, source);
    const limits = { renderLimit: new StepLimit(source) as never, memoryLimit: new MemoryLimit() as never };
    const options = { sync: true, strictVariables: strict, ownPropertyOnly: true };
    const context = new Context(values, engine.options, options, limits);
    const output = new BoundedOutput();
    toValueSync(engine.renderer.renderTemplates(templates, context, output));
    return output.buffer;
  } catch (error) {
    throw templateFault(error);
  }
}

/**
 * The variables of a template that `values` do not have, wherever they stand: `submission.verdit`. Those of loops are not looked at.
 * Errors: TEMPLATE_INVALID.
 */
export function unknownVariables(
  source: string,
  { format, values }: { format: Format; values: Record<string, unknown> },
): string[] {
  const engine = engineOf(format);
  try {
    const paths = engine.globalVariableSegmentsSync(parse(engine, source));
    return paths.filter((path) => !hasPath(values, path)).map((path) => path.map(String).join('.'));
  } catch (error) {
    throw templateFault(error);
  }
}

function hasPath(value: unknown, [name, ...rest]: readonly unknown[]): boolean {
  if (name === undefined) return true;
  // An index may be a variable itself.
  if (Array.isArray(value) && (typeof name !== 'string' || !sizes.includes(name)))
    return hasPath(value[0], rest);
  if (typeof name === 'string' && sizes.includes(name)) return true;
  if (typeof value !== 'object' || value === null || typeof name !== 'string') return false;
  return Object.hasOwn(value, name) && hasPath((value as Record<string, unknown>)[name], rest);
}

/** What Liquid adds to lists. */
const sizes = ['size', 'first', 'last'];

/** Errors: TEMPLATE_INVALID. */
function parse(engine: Liquid, source: string): Template[] {
  if (source.length > maxSourceLength) {
    throw new Fault('TEMPLATE_INVALID', `The template has more than ${maxSourceLength} characters.`);
  }
  checkDepth(source);
  checkRanges(source);
  return engine.parse(trimOwnLines(source));
}

/**
 * Makes the tags on a line of their own take their line end with them: `{% if a %}` becomes `{% if a -%}`. Places in messages of errors
 * stay the same.
 */
function trimOwnLines(source: string): string {
  const own = /^[ \t]*(?:\{%(?:[^%]|%(?!\}))*%\}[ \t]*)+$/;
  const lines = source
    .split('\n')
    .map((line) => (own.test(line) ? line.replace(/-?%\}[ \t]*$/, '-%}') : line));
  return lines.join('\n');
}

/** Errors: TEMPLATE_INVALID for tags within each other that are deeper than a message needs. */
function checkDepth(source: string): void {
  let depth = 0;
  for (const [, name = ''] of source.matchAll(/\{%-?\s{0,100}(\w{1,20})/g)) {
    if (['for', 'if', 'unless', 'case'].includes(name)) depth += 1;
    else if (name.startsWith('end')) depth -= 1;
    if (depth > maxDepth) {
      throw new Fault('TEMPLATE_INVALID', `The template has more than ${maxDepth} tags within each other.`);
    }
  }
}

/**
 * Refuses ranges that are long or have variable ends: `contains`, `==` and `when` go through whole lists in one step, and all other lists
 * are bounded facts. Errors: TEMPLATE_INVALID.
 */
function checkRanges(source: string): void {
  for (const { index } of source.matchAll(/(?<!\.)\.\.(?!\.)|(?<=\d)\.{3,}/g)) {
    const start = /\(\s{0,9}(\d{1,4})\s{0,9}$/.exec(source.slice(Math.max(0, index - 25), index))?.[1];
    const end = /^\.\.\s{0,9}(\d{1,4})\s{0,9}\)/.exec(source.slice(index, index + 30))?.[1];
    if (start !== undefined && end !== undefined && Number(end) - Number(start) < maxRange) continue;
    const line = source.slice(0, index).split('\n').length;
    throw new Fault(
      'TEMPLATE_INVALID',
      `The template cannot be used: a range is two numbers in brackets, such as (1..5), with at most ${maxRange} elements (line ${line}).`,
    );
  }
}

class LimitExceeded extends Error {}

/** Counts the steps of a rendering; LiquidJS checks a time here. */
class StepLimit {
  #steps = 0;
  readonly #max: number;
  constructor(source: string) {
    this.#max = Math.min(maxSteps, Math.floor(maxStepCharacters / longestPart(source)));
  }
  check(): void {
    this.#steps += 1;
    if (this.#steps > this.#max)
      throw new LimitExceeded(`it takes more than ${this.#max} steps, as loops within loops do`);
  }
  use(): void {}
}

/** Characters of the longest tag or value of a template, at least 1. */
function longestPart(source: string): number {
  let longest = 1;
  for (let start = source.search(/\{[{%]/); start !== -1; ) {
    const close = source.indexOf(source[start + 1] === '%' ? '%}' : '}}', start);
    const end = close === -1 ? source.length : close;
    longest = Math.max(longest, end - start);
    const next = source.slice(end).search(/\{[{%]/);
    start = next === -1 ? -1 : end + next;
  }
  return longest;
}

class MemoryLimit {
  #used = 0;
  use(count: number): void {
    if (!(Number(count) > 0)) return;
    this.#used += Number(count);
    // Conditions compare texts of any length in one step.
    if (this.#used > maxMemory || Number(count) > maxText)
      throw new LimitExceeded('its texts and lists are too long');
  }
  check(): void {}
}

class BoundedOutput {
  buffer = '';
  write(html: unknown): void {
    this.buffer += typeof html === 'string' ? html : textOf(html);
    if (this.buffer.length > maxOutputLength) {
      throw new LimitExceeded(`it writes more than ${maxOutputLength} characters`);
    }
  }
}

/** `undefined variable: submission.verdit (line 3, column 4)`. */
function templateFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const original = originalOf(error);
  if (original instanceof LimitExceeded) {
    return new Fault('TEMPLATE_INVALID', `The template cannot be used: ${original.message}.`, {
      cause: error,
    });
  }
  const message = shorten(original instanceof Error ? original.message : String(original), 300);
  const text = message.replace(/, line:\d+, col:\d+$/, '');
  const position = positionOf(error);
  const place = position ? ` (line ${position[0]}, column ${position[1]})` : '';
  return new Fault('TEMPLATE_INVALID', `The template cannot be used: ${text}${place}.`, { cause: error });
}

function originalOf(error: unknown): unknown {
  const { originalError } = (error ?? {}) as { originalError?: unknown };
  return originalError === undefined ? error : originalOf(originalError);
}

function positionOf(error: unknown): [number, number] | undefined {
  if (!LiquidError.is(error)) return undefined;
  const { token } = error as unknown as { token?: { getPosition?(): number[] } };
  const [line, column] = token?.getPosition?.() ?? [];
  return line === undefined || column === undefined ? undefined : [line, column];
}
