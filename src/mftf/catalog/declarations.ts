import { hash } from 'node:crypto';
import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { type Declarations, version } from './declaration.ts';
import { helperParts } from './parts.ts';
import { catalogPath } from './paths.ts';
import type { Source } from './source.ts';
import { readXml } from './xml.ts';

const registration =
  /ComponentRegistrar::register\(\s*\\?(?:[\w\\]*\\)?ComponentRegistrar::MODULE\s*,\s*['"](\w+)['"]/;
const composerPackage = z.object({ type: z.string().optional() });

/** Reads the files of a source. Broken files end up in `problems`; rejects only when the source does. */
export async function readDeclarations(source: Source): Promise<Declarations> {
  const declarations: Declarations = {
    version,
    root: source.root,
    files: [],
    tests: [],
    suites: [],
    registrations: [],
    packages: [],
    problems: [],
  };
  for await (const { path, content } of source.files) {
    const file = catalogPath(path);
    // MFTF ignores empty files.
    if (file === undefined || content === '') continue;
    if (file.kind === 'registration') {
      const name = registeredName(content);
      if (name) declarations.registrations.push({ folder: file.folder, name });
      continue;
    }
    const { kind, root } = file;
    const digest = hash('sha256', content);
    if (kind === 'package') {
      if (!isTestPackage(content)) continue;
      declarations.packages.push(root);
      declarations.files.push({ path, root, digest, parts: [] });
    } else if (kind === 'helper') {
      declarations.files.push({ path, root, digest, parts: helperParts(content) });
    } else {
      const result = readXml(kind, content);
      if ('problem' in result) {
        // Metadata is read only when a test runs: a broken file affects only the tests that need it.
        if (kind !== 'operation') declarations.problems.push({ path, ...result.problem });
        continue;
      }
      declarations.files.push({ path, root, digest, parts: result.parts });
      if (result.test) declarations.tests.push({ path, root, ...result.test });
      if (result.suite) declarations.suites.push({ path, root, ...result.suite });
    }
  }
  return declarations;
}

/** The name of the module in the content of a registration.php; `undefined` when there is none. */
export function registeredName(content: string): string | undefined {
  return registration.exec(content)?.[1];
}

function isTestPackage(composerJson: string): boolean {
  try {
    const parsed = composerPackage.safeParse(JSON.parse(composerJson));
    return parsed.success && parsed.data.type === 'magento2-functional-test-module';
  } catch {
    return false;
  }
}

/** Serialises declarations as a line with version and checksum, and a line of JSON. */
export function declarationsToBytes(declarations: Declarations): Buffer {
  const json = Buffer.from(`${JSON.stringify(declarations)}\n`);
  return Buffer.concat([Buffer.from(`${heading(json)}\n`), json]);
}

/**
 * Parses declarations. Throws INPUT_INVALID for content that `declarationsToBytes` of this version did not write. Only the checksum
 * is verified, because validating every field takes longer than all the rest (0.4 s for Magento 2.4.4).
 */
export function declarationsFromBytes(bytes: Buffer): Declarations {
  const end = bytes.indexOf('\n');
  const json = bytes.subarray(end + 1);
  if (end < 0 || bytes.toString('utf8', 0, end) !== heading(json)) {
    throw new Fault('INPUT_INVALID', 'The stored catalog is damaged or of another version.');
  }
  return JSON.parse(json.toString('utf8'));
}

function heading(json: Buffer): string {
  return `matre catalog ${version} ${hash('sha256', json)}`;
}
