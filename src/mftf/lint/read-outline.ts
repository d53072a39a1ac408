import { isEmptyFile } from '../catalog/declarations/declarations.ts';
import { elements } from '../catalog/declarations/parts.ts';
import { single } from '../catalog/declarations/read-xml.ts';
import { parseXml, type XmlHandler } from '../xml/parse.ts';
import { trimBlanks } from '../xml/text.ts';
import type { ContentReader } from './content-reader.ts';
import type { Definition, DefinitionKind, FileOutline } from './outline.ts';
import { readContent } from './read-content.ts';
import { readSteps } from './read-steps.ts';

/**
 * The definitions of a file of MFTF and where they refer to others, with the findings that need no other file. A file that cannot be
 * read has one finding and no definitions.
 */
export function readOutline(kind: DefinitionKind, path: string, content: Uint8Array): FileOutline {
  const outline: FileOutline = { path, definitions: [], findings: [] };
  if (isEmptyFile(content)) return outline;
  const { root, element } = elements[kind];
  const problem =
    parseXml(content, root, createHandler(kind, outline)) ??
    (kind === 'test' || kind === 'suite' ? single(element, outline.definitions)?.problem : undefined);
  if (problem === undefined) return outline;
  const { line, message } = problem;
  return { path, definitions: [], findings: [{ code: 'FILE_INVALID', line, subject: message, message }] };
}

function createHandler(kind: DefinitionKind, outline: FileOutline): XmlHandler {
  const { root, element } = elements[kind];
  const top = `/${root}/${element}`;
  let reader: ContentReader | undefined;
  /** The text of an element may come in pieces. */
  let text = '';
  const flush = (at: string) => {
    const trimmed = trimBlanks(text);
    text = '';
    if (trimmed !== '') reader?.text(at.slice(top.length), trimmed);
  };
  return {
    open(at, attributes, _, line) {
      text = '';
      if (at === top) {
        const definition = startDefinition(kind, attributes, line);
        if (attributes['remove'] !== 'true') outline.definitions.push(definition);
        const create =
          kind === 'test' || kind === 'actionGroup' || kind === 'suite' ? readSteps : readContent;
        reader = create(definition, outline.findings);
      }
      if (at.startsWith(top)) reader?.open(at.slice(top.length), attributes, line);
    },
    text(_, more) {
      text += more;
    },
    close(at) {
      if (!at.startsWith(top)) return;
      flush(at);
      reader?.close(at.slice(top.length));
      if (at === top) reader = undefined;
    },
  };
}

function startDefinition(
  kind: DefinitionKind,
  { name = '', extends: parent, deprecated, type, dataType = '' }: Record<string, string>,
  line: number,
): Definition {
  return {
    kind,
    name: kind === 'operation' ? dataType : name,
    line,
    ...(parent && { parent }),
    ...(deprecated && { deprecated }),
    ...(kind === 'entity' && type && { type }),
    ...(kind === 'operation' && type && { operation: type }),
    members: [],
    uses: parent && kind !== 'operation' ? [{ kind: 'parent', line, name: parent }] : [],
  };
}
