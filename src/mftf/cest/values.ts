import type { ResolvedStep, XmlElement } from '../resolver/model.ts';
import { phpList } from './php-list.ts';
import { hasMark, type PhpText, variableOf } from './php-text.ts';
import type { Reading, ReferenceContext } from './reference-context.ts';
import { resolveReferences } from './references.ts';
import { CestRefusal } from './refusal.ts';
import { type CestSettings, dialectOf } from './settings.ts';

/** The values of one step as expressions of PHP. Collects the timeouts, notices and secrets of the references that they have. */
export class StepValues {
  readonly step: ResolvedStep;
  readonly #context: ReferenceContext;
  /** Of the last attribute with an element, in the order of `selectorAttributes`. */
  #timeout: { rank: number; seconds: string | undefined } | undefined;
  readonly #notices: { rank: number; notice: string }[] = [];
  /** The secrets in its values, some more than once. */
  readonly secrets: string[] = [];

  readonly settings: CestSettings;

  constructor(step: ResolvedStep, context: ReferenceContext, settings: CestSettings) {
    this.step = step;
    this.settings = settings;
    this.#context = context;
  }

  get php(): PhpText {
    return this.#context.php;
  }

  /** A text with its references resolved, as marks; `name` is the attribute that holds it. */
  resolve(source: string, name?: string): string {
    const isSelector = name !== undefined && selectorAttributes.includes(name);
    if (source.includes('$') && source.includes('{{')) this.#refuseBeforeReference(source);
    const reading = this.#readingOf(name, isSelector);
    const { text, element, hasLocator, secrets, notices } = resolveReferences(source, this.#context, reading);
    if (hasLocator && isSelector && name !== 'selector') {
      throw new CestRefusal(`A locator function cannot stand in the attribute "${name}".`);
    }
    // MFTF does not replace such a reference, or writes a value of its own; to PHP a single zero is empty, too.
    const isOdd = (text === '' && source !== '') || text === '0';
    if (isOdd && name !== undefined && refusesEmpty.has(name)) {
      throw new CestRefusal(`The attribute "${name}" is empty or zero: ${source}.`);
    }
    if (isSelector && element !== undefined) {
      const rank = selectorAttributes.indexOf(name);
      if (rank >= (this.#timeout?.rank ?? 0)) this.#timeout = { rank, seconds: element.timeout };
    }
    for (const notice of notices) {
      this.#notices.push({ rank: isSelector ? 0 : notice.startsWith('DEPRECATED PAGE') ? 1 : 2, notice });
    }
    for (const secret of secrets) this.secrets.push(secret);
    return text;
  }

  #refuseBeforeReference(source: string): void {
    // MFTF 4 and newer do not name it in the description.
    if (source.includes('${{_CREDS.'))
      throw new CestRefusal(`A secret stands behind a dollar sign: ${source}.`);
    // MFTF looks for variables of an action group behind the value (measured with 3.8).
    if (this.step.call !== undefined && /\$\w+\{\{/.test(source)) {
      throw new CestRefusal(`A variable stands directly before a reference: ${source}.`);
    }
  }

  /** Which references MFTF replaces in an attribute, or in the text of an element. */
  #readingOf(name: string | undefined, isSelector: boolean): Reading {
    if (name === 'time') return 'created';
    if (name !== undefined && runtimeAttributes.has(name)) return 'runtime';
    if (name === 'value') return 'runtime';
    if (name === 'url') return 'pages';
    return name === 'html' || name === 'anything' || isSelector ? 'elements' : 'data';
  }

  /** Seconds that MFTF waits after the step: those of the last element that its selectors name; `undefined` without one. */
  get timeout(): string | undefined {
    const seconds = Number(this.#timeout?.seconds);
    // MFTF reads `05` as a number, and does not wait for 0 s.
    return seconds > 0 ? String(seconds) : undefined;
  }

  /** What MFTF says of deprecated declarations that the values name; those of selectors first, then those of pages. */
  get notices(): readonly string[] {
    return this.#notices.toSorted((a, b) => a.rank - b.rank).map(({ notice }) => notice);
  }

  has(name: string): boolean {
    return this.step.attributes[name] !== undefined;
  }

  /** An attribute as text of PHP; `undefined` without the attribute. */
  quoted(name: string): string | undefined {
    const source = this.step.attributes[name];
    return source === undefined ? undefined : this.quote(source, name);
  }

  /** A text as text of PHP; a text that is a variable, as that variable. `name`: see `resolve`. */
  quote(source: string, name?: string): string {
    const text = this.resolve(source, name);
    // MFTF takes away one of the quotes around such a variable.
    if (hasMark(text) && /(?:^|\0)\{\$\w+\}(?:\0|$)/.test(text)) {
      throw new CestRefusal(`A variable stands beside created data or the environment: ${source}.`);
    }
    return variableOf(text) ?? this.php.quote(text);
  }

  /** An attribute in which MFTF replaces nothing, as text of PHP; `undefined` without the attribute. */
  literal(name: string): string | undefined {
    const source = this.step.attributes[name];
    if (source?.includes('{{_CREDS.'))
      throw new CestRefusal(`A secret cannot stand in the attribute "${name}".`);
    return source === undefined ? undefined : this.php.quote(source);
  }

  /** An attribute as PHP itself, such as a number. */
  raw(name: string): string | undefined {
    const source = this.step.attributes[name];
    return source === undefined ? undefined : this.rawText(source, name);
  }

  /** A text as PHP itself. `name`: see `resolve`. */
  rawText(source: string, name?: string): string {
    const text = this.resolve(source, name);
    // What MFTF writes is no PHP.
    const isOdd = this.php.expressionsIn(text).some((one) => !one.includes('retrieveEntityField'));
    if (isOdd || (text === '' && source !== '') || text.includes('{{')) {
      throw new CestRefusal(`A value that is no text has such references: ${source}.`);
    }
    return this.php.raw(text);
  }

  /** An attribute as a list of PHP; `undefined` without the attribute. */
  list(name: string): string | undefined {
    const source = this.step.attributes[name];
    if (source === undefined) return undefined;
    return name === 'parameterArray'
      ? this.listOf(source, name)
      : phpList(this.resolve(source, name), this.php);
  }

  /** A text as a list of PHP. `name`: see `resolve`. */
  listOf(source: string, name?: string): string {
    const text = this.resolve(source, name);
    if (!/^\[.*\]$/s.test(name === 'parameterArray' ? text : text.trim()))
      throw new CestRefusal(`A list must begin with [ and end with ]: ${source}.`);
    return phpList(text, this.php);
  }

  /** Refuses data to be created that no file declares, as newer versions of MFTF do. */
  refuseUnknownData(name: string): void {
    const { refusesUnknownData } = dialectOf(this.settings.version);
    if (refusesUnknownData && this.#context.definitions.entity(name) === undefined) {
      throw new CestRefusal(`There is no data ${name}.`);
    }
  }

  /** The first element of a tag in the step. */
  child(tag: string): XmlElement | undefined {
    return this.step.children.find((child) => child.tag === tag);
  }

  childrenOf(tag: string): XmlElement[] {
    return this.step.children.filter((child) => child.tag === tag);
  }
}

/** Of these MFTF replaces created data and the environment only. */
const runtimeAttributes = new Set([
  ...['arguments', 'button', 'currency', 'groups', 'height', 'locale', 'message', 'requiredAction'],
  ...['selectorArray', 'sortOrder', 'timeout', 'visible', 'width'],
]);

/** In the order in which MFTF reads them. */
const selectorAttributes = [
  'selector',
  'dependentSelector',
  'selector1',
  'selector2',
  'function',
  'filterSelector',
  'optionSelector',
];

const refusesEmpty = new Set([...selectorAttributes, 'date', 'format', 'html', 'url']);
