/** The rows and columns of php-matre that the import reads. Ids are those of its tables. */

export interface PhpEnvironment {
  id: number;
  name: string;
  code: string;
  region: string;
  baseUrl: string;
  backendName: string;
  /** Names of its own variables, which no test of MFTF gets there. */
  unusedVariables: string[];
  hasDescription: boolean;
  active: boolean;
  adminUsername: string | undefined;
  adminPassword: string | undefined;
}

export interface PhpVariable {
  id: number;
  name: string;
  value: string;
  /** Codes of environments; empty: all. */
  environments: string[];
  description: string;
  /** It names the tests that read it. */
  namesTests: boolean;
}

export interface PhpSuite {
  id: number;
  name: string;
  type: string;
  description: string;
  pattern: string;
  excluded: string[];
  cron: string | undefined;
  active: boolean;
  environmentIds: number[];
}

export interface PhpCronJob {
  id: number;
  name: string;
  command: string;
  cron: string;
  active: boolean;
}

export interface PhpUser {
  id: number;
  name: string;
  email: string;
  roles: string[];
  passwordHash: string;
  active: boolean;
  secondFactor: boolean;
  notifications: {
    enabled: boolean;
    trigger: string;
    email: boolean;
    slack: boolean;
    environmentIds: number[];
  };
}

export interface PhpTemplate {
  id: number;
  channel: string;
  name: string;
  subject: string;
  body: string;
  active: boolean;
  /** It was not changed since php-matre was installed. */
  untouched: boolean;
}

export interface PhpRun {
  id: number;
  environmentId: number;
  suiteId: number | undefined;
  userId: number | undefined;
  type: string;
  status: string;
  filter: string | undefined;
  startedAt: Date | undefined;
  completedAt: Date | undefined;
  trigger: string;
  errorMessage: string | undefined;
  createdAt: Date | undefined;
}

export interface PhpResult {
  id: number;
  name: string;
  testId: string | undefined;
  status: string;
  durationMs: number | undefined;
  message: string | undefined;
  screenshot: string | undefined;
  output: string | undefined;
  createdAt: Date | undefined;
}

/** What is wrong with a row, or has no place. */
export interface SourceProblem {
  kind: string;
  name: string;
  reason: string;
}

export interface PhpRecords {
  environments: PhpEnvironment[];
  variables: PhpVariable[];
  suites: PhpSuite[];
  cronJobs: PhpCronJob[];
  users: PhpUser[];
  templates: PhpTemplate[];
  siteName: string | undefined;
  enforcesSecondFactor: boolean;
  /** In the order of their ids. */
  runs: PhpRun[];
  /** By run. */
  results: Map<number, PhpResult[]>;
  problems: SourceProblem[];
}
