import type { ContentReader } from './content-reader.ts';
import type { Definition, LocalFinding, Member } from './outline.ts';
import { addReferences } from './read-uses.ts';
import { parametersOf, selectorProblem } from './selectors.ts';

/** Reads data, pages, sections and metadata. */
export function readContent(definition: Definition, findings: LocalFinding[]): ContentReader {
  const { kind, members, uses } = definition;
  let line = 0;
  return {
    open(at, attributes, startLine) {
      line = startLine;
      const { key, name, selector } = attributes;
      if (kind === 'entity' && key !== undefined && /^\/[^/]+$/.test(at)) members.push({ name: key, line });
      if (kind === 'operation') {
        for (const attribute in attributes) addReferences(uses, attributes[attribute] ?? '', line);
      }
      if (kind === 'page' && at === '/section' && name) uses.push({ kind: 'section', line, name });
      if (kind === 'page' && at === '' && attributes['url'] !== undefined)
        members.push(urlOf(attributes, line));
      if (kind !== 'section' || at !== '/element' || !name || attributes['remove'] === 'true') return;
      members.push(elementOf(name, attributes, line));
      const problem = selector === undefined ? undefined : selectorProblem(selector, attributes);
      if (problem === undefined) return;
      const message = `The selector of ${definition.name}.${name} ${problem.message}`;
      findings.push({
        code: problem.code,
        line,
        definition: `section ${definition.name}`,
        subject: name,
        message,
      });
    },
    text(at, text) {
      if (kind !== 'entity' && kind !== 'operation') return;
      if (at === '/requiredEntity') uses.push({ kind: 'data', line, name: text });
      else addReferences(uses, text, line);
    },
    close() {},
  };
}

/**
 * A page has one member, which may have parameters like an element. Those that lack parameterized="true" count, too, so that one mistake
 * has one finding.
 */
function urlOf({ url = '' }: Record<string, string>, line: number): Member {
  return { name: 'url', line, parameters: parametersOf(url).length };
}

function elementOf(
  name: string,
  { selector = '', locatorFunction = '', deprecated }: Record<string, string>,
  line: number,
): Member {
  const parameters = parametersOf(selector || locatorFunction).length;
  return { name, line, parameters, ...(deprecated && { deprecated }) };
}
