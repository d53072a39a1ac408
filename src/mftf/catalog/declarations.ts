import { z } from 'zod';
import { Fault } from '../../errors.ts';
import { catalogPath } from './paths.ts';
import type { Source } from './source.ts';
import { readSuiteXml, readTestXml } from './xml.ts';

/**
 * What single files say, before anything is merged. It depends on the files alone, so it can be kept on disk: for a
 * Magento tree under the id of the image, for a test module under its commit. Kinds that are needed later (action
 * groups, data) become further lists here.
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

const problem = z.object({ path: z.string(), line: z.number(), message: z.string() });

const declarations = z.object({
  version: z.literal(1),
  root: z.string(),
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
export type Declarations = z.infer<typeof declarations>;

const registration =
  /ComponentRegistrar::register\(\s*\\?(?:[\w\\]*\\)?ComponentRegistrar::MODULE\s*,\s*['"](\w+)['"]/;
const composerPackage = z.object({ type: z.string().optional() });

/** Reads the files of a source. Broken files end up in `problems`; rejects only when the source does. */
export async function readDeclarations(source: Source): Promise<Declarations> {
  const read: Declarations = {
    version: 1,
    root: source.root,
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
    } else if (known.kind === 'package') {
      if (isTestPackage(content)) read.packages.push(known.root);
    } else if (known.kind === 'test') {
      const file = readTestXml(content);
      if ('problem' in file) read.problems.push({ path, ...file.problem });
      else read.tests.push({ path, root: known.root, ...file.test });
    } else {
      const file = readSuiteXml(content);
      if ('problem' in file) read.problems.push({ path, ...file.problem });
      else read.suites.push({ path, root: known.root, ...file.suite });
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

export function declarationsToJson(read: Declarations): string {
  return JSON.stringify(read);
}

/** Throws INPUT_INVALID for anything that `declarationsToJson` of this version did not write. */
export function declarationsFromJson(text: string): Declarations {
  try {
    return declarations.parse(JSON.parse(text));
  } catch (cause) {
    throw new Fault('INPUT_INVALID', 'The stored catalog is damaged or of another version.', { cause });
  }
}
