import type { RuntimeKind } from '../../model/step-value.ts';
import type { PhpText } from '../cest/php-text.ts';
import { createReferenceContext, type PhpAccess } from '../cest/reference-context.ts';
import { CestRefusal } from '../cest/refusal.ts';
import { defaultCestSettings } from '../cest/settings.ts';
import { StepValues } from '../cest/values.ts';
import type { Definitions, Origin, ResolvedStep, XmlElement } from '../resolver/model.ts';
import { resolution } from '../resolver/refusal.ts';
import { elementText } from './element-text.ts';

/**
 * A part of a value: text, or what exists only while a test runs. `env` is a variable, `secret` a key of `_CREDS`, `created` a field of
 * created data such as `product.sku`, `variable` what an earlier step returned, `unique` the prefix or suffix of data, `code` a call.
 * `optional`: it stands for nothing when it is not set.
 */
export type ValuePart = string | { kind: RuntimeKind; name: string; optional?: true };

/** A value of a step. */
export interface StepField {
  /** The attribute, or the tag of an element inside of the step; '' for its text. */
  name: string;
  parts: ValuePart[];
  /** The definitions that the value comes from, such as `LoginSection.user`. */
  references: { name: string; origin: Origin }[];
}

/** The values of a step after references to data, sections and pages; one that leads nowhere is not replaced. */
export function fieldsOf(step: ResolvedStep, definitions: Definitions): StepField[] {
  const context = createReferenceContext(definitions, access);
  const { php } = context;
  const values = new StepValues(step, context, defaultCestSettings);
  const field = (name: string, source: string, attribute?: string): StepField => ({
    name,
    parts: partsOf(resolve(values, source, attribute), php),
    references: referencesIn(source, attribute, definitions),
  });
  const attributes = Object.entries(step.attributes).filter(
    ([name]) => name !== 'before' && name !== 'after',
  );
  const text = step.text.trim();
  return [
    ...attributes.map(([name, source]) => field(name, source, name)),
    ...step.children.map((child: XmlElement) =>
      // The arguments of a helper may name elements.
      field(child.tag, elementText(child), step.action === 'helper' ? 'anything' : undefined),
    ),
    ...(text === '' ? [] : [field('', text)]),
  ];
}

function resolve(values: StepValues, source: string, attribute: string | undefined): string {
  try {
    // A definition that MFTF cannot read.
    const resolved = resolution(() => values.resolve(source, attribute));
    return 'resolved' in resolved ? resolved.resolved : source;
  } catch (error) {
    if (error instanceof CestRefusal) return source;
    throw error;
  }
}

const created = 'created:';
const secret = 'secret:';
const access: PhpAccess = {
  created: (stepKey, field) => `${created}${stepKey}.${field}`,
  secret: (name) => `${secret}${name}`,
};

/** The parts of a text with marks, see `PhpText`. */
function partsOf(text: string, php: PhpText): ValuePart[] {
  return text
    .split('\0')
    .flatMap((part, index) => (index % 2 === 1 ? ofExpression(php.raw(`\0${part}\0`)) : ofText(part)));
}

function ofExpression(expression: string): ValuePart[] {
  if (expression.startsWith(created)) return [{ kind: 'created', name: expression.slice(created.length) }];
  if (expression.startsWith(secret)) return [{ kind: 'secret', name: expression.slice(secret.length) }];
  const [, variable] = /^getenv\("([^"]*)"\)$/.exec(expression) ?? [];
  if (variable !== undefined) return [{ kind: 'env', name: variable }];
  const [, data] = /^msq\("([^"]*)"\)$/.exec(expression) ?? [];
  if (data !== undefined) return [{ kind: 'unique', name: data }];
  // The address of the administration: see `adminUrl` of references.ts.
  if (expression.startsWith('(getenv("MAGENTO_BACKEND_BASE_URL")'))
    return [
      { kind: 'env', name: 'MAGENTO_BACKEND_BASE_URL', optional: true },
      '/',
      { kind: 'env', name: 'MAGENTO_BACKEND_NAME' },
    ];
  return [{ kind: 'code', name: expression }];
}

/** Text with what earlier steps returned: `{$grabTotal}`. */
function ofText(text: string): ValuePart[] {
  return text
    .split(/\{(\$\w+)\}/)
    .flatMap((part, index): ValuePart[] =>
      index % 2 === 1 ? [{ kind: 'variable', name: part.slice(1) }] : part === '' ? [] : [part],
    );
}

/** MFTF reads these attributes of data actions as the name of data. */
const ofData = new Set(['entity']);
const memberPattern = /([A-Za-z_]\w*)\.([\w[\]-]+)/g;

function referencesIn(
  source: string,
  attribute: string | undefined,
  definitions: Definitions,
): StepField['references'] {
  const origins = new Map<string, Origin>();
  if (attribute !== undefined && ofData.has(attribute)) {
    const origin = originOf(source, '', definitions);
    if (origin) origins.set(source, origin);
  }
  if (!source.includes('{{')) return listOf(origins);
  // What is between braces, in one pass: a text may have many that are never closed.
  for (const part of source.split('{{').slice(1)) {
    const [inside = ''] = part.split('}}', 1);
    for (const [reference, owner = '', member = ''] of inside.matchAll(memberPattern)) {
      const origin = originOf(owner, member, definitions);
      if (origin) origins.set(reference, origin);
    }
  }
  return listOf(origins);
}

const listOf = (origins: ReadonlyMap<string, Origin>) =>
  Array.from(origins, ([name, origin]) => ({ name, origin }));

function originOf(owner: string, member: string, definitions: Definitions): Origin | undefined {
  const resolved = resolution(() => findOrigin(owner, member, definitions));
  return 'resolved' in resolved ? resolved.resolved : undefined;
}

function findOrigin(owner: string, member: string, definitions: Definitions): Origin | undefined {
  const page = definitions.page(owner);
  if (page) return page.origin;
  const element = definitions.section(owner)?.elements.get(member);
  if (element) return element.origin;
  const entity = definitions.entity(owner);
  return entity?.fields.get(member.toLowerCase())?.origin ?? entity?.origin;
}
