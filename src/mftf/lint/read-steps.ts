import { bareReferences } from '../catalog/declarations/references.ts';
import type { ContentReader } from './content-reader.ts';
import type { Definition, LocalFinding, Use } from './outline.ts';
import { addReferences, addValue } from './read-uses.ts';
import { selectorProblem } from './selectors.ts';

/** Children of tests, action groups and suites that are no steps. */
const noSteps = new Set(['annotations', 'arguments', 'before', 'after', 'include', 'exclude']);
/** Attributes without references. */
const plainAttributes = new Set(['stepKey', 'before', 'after', 'keyForRemoval', 'createDataKey', 'ref']);
const selectorAttributes = ['selector', 'selector1', 'selector2', 'dependentSelector'];
/** The operation that an action with data needs in the metadata. */
const operations = new Map([
  ['createData', 'create'],
  ['updateData', 'update'],
  ['getData', 'get'],
]);
/** What the documentation of MFTF 3 names as removed, and what it says to use. */
const removedActions: Record<string, string> = {
  executeInSelenium: 'helper',
  performOn: 'helper',
  pauseExecution: 'pause',
  formatMoney: 'formatCurrency',
  assertInternalType: 'assertIsString and the like',
  assertNotInternalType: 'assertIsNotString and the like',
  assertArraySubset: 'assertContains',
};
/** Steps that fail when the shop shows something wrong. A helper may do it, too. */
const assertion = /^(?:see|dontSee|assert|waitForText|waitForElement|fail$|helper$)/;

type Problem = Pick<LocalFinding, 'code' | 'subject' | 'message'>;

/** Reads tests, action groups and suites. */
export function readSteps(definition: Definition, findings: LocalFinding[]): ContentReader {
  const { kind, name, members, uses } = definition;
  /** Lines of steps by `container stepKey`. */
  const keys = new Map<string, number>();
  let call: Use | undefined;
  let line = 0;

  const add = (problem: Problem) => findings.push({ ...problem, line, definition: `${kind} ${name}` });

  function openStep(container: string, tag: string, attributes: Record<string, string>): void {
    const { stepKey = '', ref, entity } = attributes;
    const step = stepKey === '' ? `<${tag}>` : stepKey;
    if (stepKey !== '') {
      const first = keys.get(`${container} ${stepKey}`);
      if (first === undefined) keys.set(`${container} ${stepKey}`, line);
      else {
        const message = `The step key ${stepKey} is that of the step in line ${first}, too.`;
        add({ code: 'STEP_KEY_DUPLICATE', subject: stepKey, message });
      }
    }
    if (container === '' && tag !== 'comment' && tag !== 'remove') definition.hasSteps = true;
    if (container === '' && assertion.test(tag)) definition.asserts = true;
    for (const problem of stepProblems(step, tag, attributes)) add(problem);
    for (const attribute of selectorAttributes) {
      for (const reference of bareReferences(attributes[attribute] ?? '')) {
        if (reference.member !== undefined) uses.push({ kind: 'name', line, isSelector: true, ...reference });
      }
    }
    if (tag === 'actionGroup' && ref !== undefined) {
      call = { kind: 'call', line, name: ref, arguments: [], ...(container !== '' && { inHook: true }) };
      uses.push(call);
    }
    const operation = operations.get(tag);
    if (operation !== undefined && entity !== undefined && !entity.includes('{{')) {
      uses.push({ kind: 'data', line, name: entity, operation });
    }
  }

  function openOther(at: string, attributes: Record<string, string>): void {
    const { name: argument = '', value = '', defaultValue } = attributes;
    if (at === '/annotations/skip') definition.skipped = true;
    else if (at === '/arguments/argument') {
      members.push({ name: argument, line, required: defaultValue === undefined });
      addValue(uses, defaultValue ?? '', line);
    } else if (/\/actionGroup\/argument$/.test(at)) {
      call?.arguments?.push(argument);
      addValue(uses, value, line);
    } else if (/^\/(?:include|exclude)\/test$/.test(at)) uses.push({ kind: 'test', line, name: argument });
  }

  return {
    open(at, attributes, startLine) {
      line = startLine;
      const [container, tag] = stepOf(at, kind);
      if (tag !== undefined) openStep(container, tag, attributes);
      else openOther(at, attributes);
      if (at === '' || at.startsWith('/annotations') || at === '/arguments/argument') return;
      for (const attribute in attributes) {
        if (!plainAttributes.has(attribute)) addReferences(uses, attributes[attribute] ?? '', line);
      }
    },
    text(at, text) {
      if (at.startsWith('/annotations')) return;
      if (/\/helper\/argument$/.test(at)) addValue(uses, text, line);
      else addReferences(uses, text, line);
    },
    close(at) {
      if (at.endsWith('/actionGroup')) call = undefined;
    },
  };
}

/** What is wrong with a step, without regard to others. `step` is its key, or its tag. */
function stepProblems(step: string, tag: string, attributes: Record<string, string>): Problem[] {
  const problems: Problem[] = [];
  const { time } = attributes;
  if (tag === 'wait' && time !== undefined) {
    const message = `The step ${step} sleeps for ${time} s. Wait for what the next step needs, such as waitForElementVisible.`;
    problems.push({ code: 'HARD_SLEEP', subject: step, message });
  }
  const instead = Object.hasOwn(removedActions, tag) ? removedActions[tag] : undefined;
  if (instead !== undefined) {
    const message = `The action ${tag} was removed from MFTF 3. Use ${instead}.`;
    problems.push({ code: 'ACTION_REMOVED', subject: step, message });
  }
  for (const attribute of selectorAttributes) {
    const problem = selectorProblem(attributes[attribute] ?? '');
    if (problem === undefined) continue;
    const message = `The selector of the step ${step} ${problem.message}`;
    problems.push({ code: problem.code, subject: step, message });
  }
  return problems;
}

/** The container of a step (`before`, `after`, or '' for none) and its tag; no tag for what is no step. */
function stepOf(at: string, kind: Definition['kind']): [container: string, tag?: string] {
  const [first = '', second, ...deeper] = at.split('/').slice(1);
  if (first === '' || deeper.length > 0) return [''];
  if (second !== undefined) return first === 'before' || first === 'after' ? [first, second] : [''];
  return kind === 'suite' || noSteps.has(first) ? [''] : ['', first];
}
