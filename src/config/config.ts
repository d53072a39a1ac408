import type { ProxyConfig } from '../http/proxy.ts';
import type { Role, SecondFactorDemand } from '../model/access.ts';
import type { GenerationMode } from '../model/generation.ts';
import type { PatchSource } from '../model/patch.ts';
import type { RetentionLimits } from '../model/retention.ts';
import type { RunDataMode } from '../model/run-data.ts';
import type { SourceLinkSettings } from '../model/source-link/source-link.ts';
import type { SettingSource } from './setting-texts.ts';
import type { SeleniumConfig } from './settings/selenium-settings.ts';
import type { SettingName } from './settings/settings.ts';

/** The source of the test module. */
export type ModuleSource =
  | {
      kind: 'git';
      /** May contain credentials, unless they are set separately. */
      repository: string;
      branch: string;
      username: string | undefined;
      password: string | undefined;
      sshKey: string | undefined;
      sshKnownHosts: string | undefined;
    }
  | { kind: 'folder'; path: string };

/** An OpenID provider for sign-in. */
export interface OidcConfig {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** The name on the sign-in button. */
  name: string;
  scopes: string;
  userClaim: string;
  roleClaim: string;
  /** Values of the role claim; `*` is any. */
  values: Record<Role, string[]>;
}

/** The bucket for files of runs. */
export interface S3Config {
  /** The address of the service, without the bucket. */
  endpoint: string;
  region: string;
  bucket: string;
  /** Before all keys: other installations may use the same bucket with another one. */
  prefix: string;
  accessKey: string;
  secretKey: string;
}

/** The collector for traces of runs. */
export interface TracingConfig {
  endpoint: string;
  /** May contain secrets. */
  headers: Record<string, string>;
  serviceName: string;
}

/** All settings, checked. Durations in milliseconds, sizes in bytes, paths on this machine absolute. */
export interface Config {
  store: {
    dataFolder: string;
    /** How long a command waits for a folder that another process uses. */
    folderWaitMs: number;
    databaseUrl: string | undefined;
    secretKey: string | undefined;
    logBytes: number;
    /** Where files of runs are stored. */
    artifacts: 'folder' | 'database' | 's3';
    /** Set when files of runs are stored there. */
    s3: S3Config | undefined;
  };
  retention: RetentionLimits;
  locks: { dsn: string | undefined; ttlMs: number };
  engine: { kind: 'auto' | 'docker' | 'sandbox'; dockerHost: string | undefined };
  pool: {
    image: string;
    network: string | undefined;
    extraHosts: string[];
    mounts: { source: string; target: string; readOnly: boolean }[];
    capabilities: string[];
    memoryBytes: number;
    tmpfsBytes: number;
    magentoRoot: string;
  };
  /** Without a source no run can start, which the run reports; other commands work. */
  module: { source: ModuleSource | undefined; target: string };
  /** The web views of files. */
  sourceLinks: SourceLinkSettings;
  selenium: SeleniumConfig;
  worker: {
    slots: number;
    leaseMs: number;
    maxAttempts: number;
    retries: number;
    retryPauseMs: number;
    heartbeatMs: number;
  };
  mftf: {
    php: string;
    phpMemoryBytes: number;
    testTimeoutMs: number;
    generation: GenerationMode;
    runData: RunDataMode;
    generationTimeoutMs: number;
    exclusiveGroups: string[];
    retryFailed: { times: number; groups: { group: string; times: number }[] };
    generationVariables: string[];
    patches: PatchSource[];
    /** Names of variables, see `createSecretRule`. */
    secretVariables: string[];
    plainVariables: string[];
    shopModulesAgeMs: number;
    snapshotBytes: number;
  };
  /** The folder of its project in a test module, and the Chromium in the containers. */
  playwright: { folder: string | undefined; browser: string | undefined };
  server: {
    host: string;
    port: number;
    url: string | undefined;
    token: string | undefined;
    /** Without a slash at the end; may have a path: see `basePathOf`. */
    publicUrl: string | undefined;
    allowedHosts: string[];
    trustedProxies: string[];
  };
  signIn: {
    mode: 'auto' | 'on' | 'off';
    sessionMs: number;
    secondFactor: SecondFactorDemand;
    oidc: OidcConfig | undefined;
  };
  /** `timeoutMs`: for a check. Each request of a check gets a share of it. */
  doctor: { timeoutMs: number };
  messages: {
    /** `public`, `private`, addresses and networks in CIDR notation. */
    allowedNetworks: string[];
    proxy: ProxyConfig;
  };
  /** `allowedNetworks`: as of messages, for the HTTP requests of hooks. They use the same proxy. */
  hooks: { allowedNetworks: string[] };
  /** Without it there are no traces. */
  tracing: TracingConfig | undefined;
  /** `everyMs`: between two observations. Of the others, 0 is never. */
  alerts: {
    everyMs: number;
    brokenRuns: number;
    queueAgeMs: number;
    certificateMs: number;
    doctorMs: number;
    heartbeatUrl: string | undefined;
  };
  log: { level: string };
  /** Every setting with its value, secrets hidden, and where the value comes from. */
  entries: SettingEntry[];
}

/** A setting for display. */
export interface SettingEntry {
  name: SettingName;
  group: string;
  description: string;
  /** With secrets hidden; `undefined` when it is not set. */
  value: string | undefined;
  source: SettingSource;
}
