import { z } from 'zod';
import { part } from './parts.ts';

/** To be incremented when the content or format of stored declarations changes. */
export const version = 9;

/**
 * The declarations of single files, before merging. They depend only on the files, so they can be stored on disk: for a Magento
 * tree under the id of the image, for a test module under its commit.
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
  /** The issues for which it is skipped. */
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

/** A file that MFTF reads to generate or execute tests, and its declarations. */
const file = z.object({
  /** Links are followed. */
  path: z.string(),
  /** The folder of the test module in which MFTF meets the file. */
  root: z.string(),
  /** SHA-256 of the bytes. */
  digest: z.string(),
  parts: z.array(part),
  /** Why it cannot be copied into a pruned tree; absent when it can. */
  obstacle: z.string().optional(),
});

/** A registration.php that only PHP can answer for. */
const openRegistration = z.object({
  folder: z.string(),
  /** Its bytes, in base64. */
  content: z.string(),
});

export const problem = z.object({ path: z.string(), line: z.number(), message: z.string() });

const declarations = z.object({
  version: z.literal(version),
  root: z.string(),
  files: z.array(file),
  tests: z.array(testDeclaration),
  suites: z.array(suiteDeclaration),
  /** The folder of a Magento module and its registered name. */
  registrations: z.array(z.object({ folder: z.string(), name: z.string() })),
  openRegistrations: z.array(openRegistration),
  /** Folders that are test modules by the type in their composer.json, and the Magento modules that it suggests. */
  packages: z.array(z.object({ root: z.string(), modules: z.array(z.string()) })),
  /** The files below the folders `_data` of the Magento tree and of test modules. */
  fixtures: z.array(z.object({ path: z.string(), root: z.string(), name: z.string() })),
  problems: z.array(problem),
});

export type TestDeclaration = z.infer<typeof testDeclaration>;

export type SuiteDeclaration = z.infer<typeof suiteDeclaration>;

export type SuiteReference = z.infer<typeof reference>;

/** A file that MFTF cannot read. A single one makes it generate nothing. */
export type Problem = z.infer<typeof problem>;

export type OpenRegistration = z.infer<typeof openRegistration>;

export type DeclaringFile = z.infer<typeof file>;

export type Declarations = z.infer<typeof declarations>;
