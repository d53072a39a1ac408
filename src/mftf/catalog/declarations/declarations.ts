import { hash } from 'node:crypto';
import { z } from 'zod';
import { Fault } from '../../../faults/fault.ts';
import { readRegistrations } from '../registration/registration.ts';
import { type CatalogPath, catalogPath } from '../tree/paths.ts';
import type { Source, SourceFile } from '../tree/source.ts';
import { createTreeLimits, testModule } from '../tree/tree-limits.ts';
import { dropOtherCalls } from './attachments.ts';
import { type Declarations, version } from './declaration.ts';
import { helperParts } from './parts.ts';
import { readXml } from './read-xml.ts';

const composerPackage = z.object({
  type: z.string().optional(),
  suggest: z.record(z.string(), z.unknown()).optional(),
});
/** How MFTF reads the name of a Magento module in `suggest` (3.8). */
const suggestedModule = /type:\s*magento2-module\s*,\s*name:\s*([^,\s]+)/;

/**
 * Reads the files of a source. Broken files end up in `problems`; rejects when the source does, and with TREE_TOO_LARGE. `subject` is
 * the name of the source for that message.
 */
export async function readDeclarations(source: Source, subject = testModule): Promise<Declarations> {
  const declarations: Declarations = {
    version,
    root: source.root,
    files: [],
    tests: [],
    suites: [],
    registrations: [],
    openRegistrations: [],
    packages: [],
    fixtures: [],
    problems: [],
  };
  const checkLimits = createTreeLimits(subject, declarations);
  for await (const file of source.files) {
    const place = catalogPath(file.path);
    if (place === undefined) continue;
    if (place.kind === 'fixture') {
      declarations.fixtures.push({ path: file.path, root: place.root, name: place.name });
    } else if (isEmptyFile(file.content)) continue;
    else addFile(declarations, file, place);
    checkLimits(file.path, file.content.length);
  }
  dropOtherCalls(declarations.files.flatMap(({ parts }) => parts));
  return declarations;
}

function addFile(
  declarations: Declarations,
  file: SourceFile,
  place: Exclude<CatalogPath, { kind: 'fixture' }>,
): void {
  const { content, target: path = file.path, obstacle } = file;
  if (place.kind === 'registration') {
    const registrations = readRegistrations(content, place.folder);
    if (registrations) declarations.registrations.push(...registrations);
    else {
      const base64 = Buffer.from(content).toString('base64');
      declarations.openRegistrations.push({ folder: place.folder, content: base64 });
    }
    return;
  }
  const { kind, root } = place;
  const entry = { path, root, digest: hash('sha256', content), ...(obstacle !== undefined && { obstacle }) };
  if (kind === 'package') {
    const modules = suggestedModules(Buffer.from(content).toString('utf8'));
    if (!modules) return;
    declarations.packages.push({ root, modules });
    declarations.files.push({ ...entry, parts: [] });
  } else if (kind === 'helper') {
    declarations.files.push({ ...entry, parts: helperParts(Buffer.from(content).toString('utf8')) });
  } else {
    const result = readXml(kind, content);
    if ('problem' in result) {
      // Metadata is read only when a test runs: a broken file affects only the tests that need it.
      if (kind !== 'operation') declarations.problems.push({ path, ...result.problem });
      return;
    }
    declarations.files.push({ ...entry, parts: result.parts });
    if (result.test) declarations.tests.push({ path, root, ...result.test });
    if (result.suite) declarations.suites.push({ path, root, ...result.suite });
  }
}

/** MFTF ignores such files; to PHP a single zero is empty, too. */
export function isEmptyFile(content: Uint8Array): boolean {
  return content.length === 0 || (content.length === 1 && content[0] === 0x30);
}

/** The Magento modules that a test package suggests; `undefined` when it is no test package. */
function suggestedModules(composerJson: string): string[] | undefined {
  try {
    const parsed = composerPackage.safeParse(JSON.parse(composerJson));
    if (!parsed.success || parsed.data.type !== 'magento2-functional-test-module') return undefined;
    return Object.values(parsed.data.suggest ?? {}).flatMap((text) => {
      const name = typeof text === 'string' ? suggestedModule.exec(text)?.[1] : undefined;
      return name?.includes('_') ? [name] : [];
    });
  } catch {
    return undefined;
  }
}

/** Serialises declarations as a line with version and checksum, and a line of JSON; `others` is put behind them. */
export function declarationsToBytes(
  declarations: Declarations,
  others: Uint8Array = new Uint8Array(),
): Buffer {
  const json = Buffer.from(`${JSON.stringify(declarations)}\n`);
  return Buffer.concat([Buffer.from(`${heading(json)}\n`), json, others]);
}

/**
 * Parses declarations. Throws INPUT_INVALID for content that `declarationsToBytes` of this version did not write. Only the checksum
 * is verified, because validating every field takes longer than all the rest (0.4 s for Magento 2.4.4).
 */
export function declarationsFromBytes(bytes: Buffer): Declarations {
  const start = bytes.indexOf('\n') + 1;
  const json = bytes.subarray(start, endOfDeclarations(bytes));
  if (start === 0 || bytes.toString('utf8', 0, start - 1) !== heading(json)) {
    throw new Fault('INPUT_INVALID', 'The stored catalog is damaged or of another version.');
  }
  return JSON.parse(json.toString('utf8'));
}

/** What `declarationsToBytes` put behind the declarations. */
export function behindDeclarations(bytes: Buffer): Buffer {
  return bytes.subarray(endOfDeclarations(bytes));
}

function endOfDeclarations(bytes: Buffer): number {
  return bytes.indexOf('\n', bytes.indexOf('\n') + 1) + 1;
}

function heading(json: Buffer): string {
  return `matre catalog ${version} ${hash('sha256', json)}`;
}
