import type { ResolvedStep, XmlElement } from '../resolver/model.ts';
import { phpList } from './php-list.ts';
import type { PhpText } from './php-text.ts';
import { type Reading, type ReferenceContext, resolveReferences } from './references.ts';
import { CestRefusal } from './refusal.ts';
import type { CestSettings } from './settings.ts';

/** The values of one step as expressions of PHP. Collects the timeouts, notices and secrets of the references that they have. */
export class StepValues {
  readonly step: ResolvedStep;
  readonly #context: ReferenceContext;
  readonly #timeouts = new Map<string, string | undefined>();
  readonly #notices = { ofSelectors: [] as string[], others: [] as string[] };
  /** The secrets in its values. */
  readonly secrets = new Set<string>();

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
    const { text, element, secrets, notices } = resolveReferences(
      source,
      this.#context,
      this.step.action === 'setCookie' && name === 'value' ? 'created' : readingOf(name, isSelector),
    );
    if (isSelector && element !== undefined) this.#timeouts.set(name, element.timeout);
    (isSelector ? this.#notices.ofSelectors : this.#notices.others).push(...notices);
    for (const secret of secrets) this.secrets.add(secret);
    return text;
  }

  /** Seconds that MFTF waits after the step: those of the last element that its selectors name; `undefined` without one. */
  get timeout(): string | undefined {
    const last = selectorAttributes.findLast((name) => this.#timeouts.has(name));
    const seconds = Number(last === undefined ? undefined : this.#timeouts.get(last));
    // MFTF reads `05` as a number, and does not wait for 0 s.
    return seconds > 0 ? String(seconds) : undefined;
  }

  /** What MFTF says of deprecated declarations that the values name; those of selectors first. */
  get notices(): string[] {
    return [...this.#notices.ofSelectors, ...this.#notices.others];
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
    return variableOf(text) ?? this.php.quote(text);
  }

  /** An attribute as PHP itself, such as a number. */
  raw(name: string): string | undefined {
    const source = this.step.attributes[name];
    return source === undefined ? undefined : this.php.raw(this.resolve(source, name));
  }

  /** A text as PHP itself. */
  rawText(source: string): string {
    return variableOf(source) ?? this.php.raw(this.resolve(source));
  }

  /** An attribute as a list of PHP; `undefined` without the attribute. */
  list(name: string): string | undefined {
    const source = this.step.attributes[name];
    if (source === undefined) return undefined;
    const text = this.resolve(source, name);
    if (name === 'parameterArray' && !(text.startsWith('[') && text.endsWith(']'))) {
      throw new CestRefusal('A parameterArray must begin with [ and end with ].');
    }
    return phpList(text, this.php);
  }

  /** A text as a list of PHP. */
  listOf(source: string): string {
    return phpList(this.resolve(source), this.php);
  }

  /** The first element of a tag in the step. */
  child(tag: string): XmlElement | undefined {
    return this.step.children.find((child) => child.tag === tag);
  }

  childrenOf(tag: string): XmlElement[] {
    return this.step.children.filter((child) => child.tag === tag);
  }
}

/** MFTF replaces only created data in these. */
const plainAttributes = ['button', 'message', 'time'];

/** Which references MFTF replaces in an attribute; the text of an element may have all. */
function readingOf(name: string | undefined, isSelector: boolean): Reading {
  if (name !== undefined && plainAttributes.includes(name)) return 'created';
  return name === undefined || name === 'html' || isSelector ? 'all' : 'data';
}

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

/** The variable that a text consists of, without its braces. */
function variableOf(text: string): string | undefined {
  return /^\{(\$\w{2,})\}$/.exec(text)?.[1];
}
