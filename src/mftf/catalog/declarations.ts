import { hash } from 'node:crypto';
import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { helperParts, part } from './parts.ts';
import { catalogPath } from './paths.ts';
import type { Source } from './source.ts';
import { readXml } from './xml.ts';

/** Another number for every change of what is read from files or how it is kept. */
export const version = 4;

/**
 * What single files say, before anything is merged. It depends on the files alone, so it can be kept on disk: for a
 * Magento tree under the id of the image, for a test module under its commit.
 */
const testDeclaration = z.object({
  path: z.string(),
  root: z.string(),
  line: z.number(),
  name: z.string(),
  extends: z.string().optional(),
  groups: z.array(z.string()),
  title: z.string().optional(),
  severity: z.string().optional(),
  /** The issues it is skipped for. */
  skip: z.array(z.string()).optional(),
});

const reference = z.object({ kind: z.enum(['test', 'group', 'module']), name: z.string() });

const suiteDeclaration = z.object({
  path: z.string(),
  root: z.string(),
  line: z.number(),
  name: z.string(),
  include: z.array(reference),
  exclude: z.array(reference),
  /** Number of actions (comments count); absent without the element. */
  before: z.number().optional(),
  after: z.number().optional(),
});

/** A file that MFTF reads when it generates or executes, and what it declares. */
const file = z.object({
  path: z.string(),
  root: z.string(),
  /** SHA-256 of the content. */
  digest: z.string(),
  parts: z.array(part),
});

const problem = z.object({ path: z.string(), line: z.number(), message: z.string() });

const declarations = z.object({
  version: z.literal(version),
  root: z.string(),
  files: z.array(file),
  tests: z.array(testDeclaration),
  suites: z.array(suiteDeclaration),
  /** Folder of a Magento module and its registered name. */
  registrations: z.array(z.object({ folder: z.string(), name: z.string() })),
  /** Folders that are test modules because their composer.json says so. */
  packages: z.array(z.string()),
  problems: z.array(problem),
});

export type TestDeclaration = z.infer<typeof testDeclaration>;
export type SuiteDeclaration = z.infer<typeof suiteDeclaration>;
export type SuiteReference = z.infer<typeof reference>;
/** A file that MFTF cannot read. One is enough: it then generates nothing at all. */
export type Problem = z.infer<typeof problem>;
export type DeclaringFile = z.infer<typeof file>;
export type Declarations = z.infer<typeof declarations>;

const registration =
  /ComponentRegistrar::register\(\s*\\?(?:[\w\\]*\\)?ComponentRegistrar::MODULE\s*,\s*['"](\w+)['"]/;
const composerPackage = z.object({ type: z.string().optional() });

/** Reads the files of a source. Broken files end up in `problems`; rejects only when the source does. */
export async function readDeclarations(source: Source): Promise<Declarations> {
  const read: Declarations = {
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
    const known = catalogPath(path);
    // MFTF passes over empty files.
    if (known === undefined || content === '') continue;
    if (known.kind === 'registration') {
      const name = registeredName(content);
      if (name) read.registrations.push({ folder: known.folder, name });
      continue;
    }
    const { kind, root } = known;
    const digest = hash('sha256', content);
    if (kind === 'package') {
      if (!isTestPackage(content)) continue;
      read.packages.push(root);
      read.files.push({ path, root, digest, parts: [] });
    } else if (kind === 'helper') {
      read.files.push({ path, root, digest, parts: helperParts(content) });
    } else {
      const said = readXml(kind, content);
      if ('problem' in said) {
        // Metadata is read only when a test runs: broken, it stops the tests that need it and no others.
        if (kind !== 'operation') read.problems.push({ path, ...said.problem });
        continue;
      }
      read.files.push({ path, root, digest, parts: said.parts });
      if (said.test) read.tests.push({ path, root, ...said.test });
      if (said.suite) read.suites.push({ path, root, ...said.suite });
    }
  }
  return read;
}

/** The name that the content of a registration.php gives its module. */
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

/** As a line with version and checksum, and a line of JSON. */
export function declarationsToBytes(read: Declarations): Buffer {
  const json = Buffer.from(`${JSON.stringify(read)}\n`);
  return Buffer.concat([Buffer.from(`${heading(json)}\n`), json]);
}

/**
 * Throws INPUT_INVALID for anything that `declarationsToBytes` of this version did not write. The checksum says so; to look at
 * every field instead takes longer than all the rest (0.4 s for Magento 2.4.4).
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
