import type { Status } from '../../model/result.ts';

/** The result of a test in files of another tool. */
export interface FileResult {
  test: string;
  suite: string | undefined;
  /** What tells executions of a test apart that are tests of their own, such as those of several browsers. */
  variant?: string | undefined;
  status: Status;
  message: string | undefined;
  startedAt: Date;
  durationMs: number;
  /** Files beside it, by their names in the folder. */
  files: { name: string; source: string }[];
  /** The digest of its JUnit file. */
  origin?: string | undefined;
}

/** The results of one execution of tests. */
export interface FileRun {
  /** A folder of Allure, a JUnit file, or a folder with the first of several. */
  name: string;
  /** Of the content: the same content is the same run, wherever it is. */
  digest: string;
  /** The digests of its JUnit files: a run that was imported with some of them gets the results of the others. */
  origins: readonly string[];
  /** Each test once, in the order of execution. */
  results: FileResult[];
  /** The folder of `files`; `undefined` without any. */
  folder: string | undefined;
}
