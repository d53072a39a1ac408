import { Fault } from '../faults/fault.ts';
import type { ProxyConfig } from '../http/proxy.ts';
import type { Role, SecondFactorDemand } from '../model/access.ts';
import { hideCredentials } from '../model/address/dsn.ts';
import { isLoopback } from '../model/address/loopback.ts';
import type { PatchSource } from '../model/patch.ts';
import type { SourceLinkSettings } from '../model/source-link/source-link.ts';
import { findSecretFile } from './secret-file.ts';
import type { SeleniumConfig } from './selenium-settings.ts';
import type { Setting } from './setting.ts';
import { createSettingTexts, type LoadOptions, type SettingSource } from './setting-texts.ts';
import { type SettingName, type SettingValues, settingNames, settings } from './settings.ts';
import { withPassword } from './with-password.ts';

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
    artifacts: 'folder' | 'database';
  };
  /** How long files of finished runs and the audit trail are kept; 0: no limit. */
  retention: { filesMs: number; auditMs: number; notesMs: number; messagesMs: number };
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
  /** See `describeConfig`. */
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

/**
 * Reads the settings: the environment takes precedence over the file, an empty value counts as none. Errors: one
 * CONFIG_INVALID that names everything that is wrong.
 */
export function loadConfig(options: LoadOptions = {}): Config {
  const problems: string[] = [];
  const findText = createSettingTexts(options, problems);
  const values: Partial<Record<SettingName, unknown>> = {};
  const entries: SettingEntry[] = [];

  for (const name of settingNames) {
    const row: Setting<unknown> = settings[name];
    const { text: ownText, source } = findText(name);
    const text = ownText ?? row.default;
    entries.push({
      name,
      group: row.group,
      description: row.description,
      value: text === undefined ? undefined : hideSecrets(row, text),
      source,
    });
    if (text === undefined) continue;
    const parsed = row.schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else {
      const current = row.secret ? '' : `, not ${JSON.stringify(text)}`;
      problems.push(`${name} ${parsed.error.issues[0]?.message ?? 'is not valid'}${current}`);
    }
  }

  // Each value is parsed or `undefined` now, or there is a problem and no configuration is returned.
  const config = arrange(values as SettingValues, entries, problems);
  if (problems.length > 0) throw new Fault('CONFIG_INVALID', problems.join('\n'));
  return config;
}

/** Every setting with its value, secrets hidden, and where the value comes from. */
export function describeConfig(config: Config): SettingEntry[] {
  return config.entries;
}

function hideSecrets(row: Setting<unknown>, text: string): string {
  if (row.secret === 'whole') return '[hidden]';
  return row.secret === 'credentials' ? hideCredentials(text) : text;
}

function arrange(values: SettingValues, entries: SettingEntry[], problems: string[]): Config {
  return {
    store: {
      dataFolder: values.MATRE_DATA,
      folderWaitMs: values.MATRE_FOLDER_WAIT,
      databaseUrl: withPassword(values, 'DATABASE_URL', 'DATABASE_PASSWORD', problems),
      secretKey: values.MATRE_SECRET_KEY,
      logBytes: values.MATRE_LOG_SIZE,
      artifacts: values.MATRE_ARTIFACTS,
    },
    retention: {
      filesMs: values.MATRE_KEEP_FILES,
      auditMs: values.MATRE_KEEP_AUDIT,
      notesMs: values.MATRE_KEEP_NOTES,
      messagesMs: values.MATRE_KEEP_MESSAGES,
    },
    locks: { dsn: withPassword(values, 'LOCK_DSN', 'LOCK_PASSWORD', problems), ttlMs: values.LOCK_TTL },
    engine: { kind: values.MATRE_ENGINE, dockerHost: values.DOCKER_HOST },
    pool: {
      image: values.MATRE_IMAGE,
      network: values.MATRE_NETWORK,
      extraHosts: values.MATRE_EXTRA_HOSTS,
      mounts: values.MATRE_MOUNTS,
      capabilities: values.MATRE_CAPABILITIES,
      memoryBytes: values.MATRE_MEMORY,
      tmpfsBytes: values.MATRE_TMPFS_SIZE,
      magentoRoot: values.MATRE_MAGENTO_ROOT,
    },
    module: { source: moduleSource(values, problems), target: values.MATRE_MODULE_TARGET },
    sourceLinks: { templates: values.MATRE_SOURCE_URL, treeTemplate: values.MATRE_TREE_SOURCE_URL },
    selenium: {
      host: values.SELENIUM_HOST,
      port: values.SELENIUM_PORT,
      protocol: values.SELENIUM_PROTOCOL,
      path: values.SELENIUM_PATH,
      downloads: {
        mode: values.MATRE_DOWNLOADS,
        folder: values.MATRE_DOWNLOADS_FOLDER,
        browserFolder: values.MATRE_DOWNLOADS_BROWSER_FOLDER,
      },
      liveViewUrl: values.MATRE_LIVE_VIEW_URL,
    },
    worker: {
      slots: values.MATRE_WORKERS,
      leaseMs: values.MATRE_LEASE,
      maxAttempts: values.MATRE_MAX_ATTEMPTS,
      retries: values.MATRE_RETRIES,
      retryPauseMs: values.MATRE_RETRY_PAUSE,
      heartbeatMs: values.MATRE_BEAT,
    },
    mftf: {
      php: values.MATRE_PHP,
      phpMemoryBytes: values.MATRE_PHP_MEMORY,
      testTimeoutMs: values.MATRE_TEST_TIMEOUT,
      generationTimeoutMs: values.MATRE_GENERATION_TIMEOUT,
      exclusiveGroups: values.MATRE_EXCLUSIVE_GROUPS,
      retryFailed: { times: values.MATRE_RETRY_FAILED, groups: values.MATRE_RETRY_FAILED_GROUPS },
      generationVariables: values.MATRE_GENERATION_VARIABLES,
      patches: values.MATRE_PATCHES,
      secretVariables: values.MATRE_SECRET_VARIABLES,
      plainVariables: values.MATRE_PLAIN_VARIABLES,
      shopModulesAgeMs: values.MATRE_SHOP_MODULES_AGE,
      snapshotBytes: values.MATRE_SNAPSHOTS_SIZE,
    },
    server: {
      host: values.MATRE_HOST,
      port: values.MATRE_PORT,
      url: values.MATRE_URL,
      token: values.MATRE_TOKEN,
      publicUrl: values.MATRE_PUBLIC_URL,
      allowedHosts: values.MATRE_ALLOWED_HOSTS,
      trustedProxies: values.MATRE_TRUSTED_PROXIES,
    },
    signIn: {
      mode: values.MATRE_SIGN_IN,
      sessionMs: values.MATRE_SESSION,
      secondFactor: values.MATRE_SECOND_FACTOR,
      oidc: oidc(values, problems),
    },
    doctor: { timeoutMs: values.MATRE_DOCTOR_TIMEOUT },
    messages: {
      allowedNetworks: values.MATRE_MESSAGES_ALLOWED_NETWORKS,
      proxy: { https: values.HTTPS_PROXY, http: values.HTTP_PROXY, exceptions: values.NO_PROXY ?? '' },
    },
    hooks: { allowedNetworks: values.MATRE_HOOKS_ALLOWED_NETWORKS },
    tracing: values.OTEL_EXPORTER_OTLP_ENDPOINT
      ? {
          endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
          headers: values.OTEL_EXPORTER_OTLP_HEADERS ?? {},
          serviceName: values.OTEL_SERVICE_NAME,
        }
      : undefined,
    alerts: {
      everyMs: values.MATRE_ALERT_INTERVAL,
      brokenRuns: values.MATRE_ALERT_BROKEN_RUNS,
      queueAgeMs: values.MATRE_ALERT_QUEUE_AGE,
      certificateMs: values.MATRE_ALERT_CERTIFICATE,
      doctorMs: values.MATRE_ALERT_DOCTOR,
      heartbeatUrl: values.MATRE_HEARTBEAT_URL,
    },
    log: { level: values.MATRE_LOG_LEVEL },
    entries,
  };
}

function moduleSource(values: SettingValues, problems: string[]): ModuleSource | undefined {
  const { MATRE_MODULE_REPOSITORY: repository, MATRE_MODULE_PATH: path } = values;
  if (repository && path) {
    problems.push('MATRE_MODULE_REPOSITORY and MATRE_MODULE_PATH exclude each other; set one of them');
  }
  if (path) return { kind: 'folder', path };
  if (!repository) return undefined;
  return {
    kind: 'git',
    repository,
    branch: values.MATRE_MODULE_BRANCH,
    username: values.MATRE_MODULE_USERNAME,
    password: values.MATRE_MODULE_PASSWORD,
    sshKey: findSecretFile(values, 'MATRE_MODULE_SSH_KEY', problems),
    sshKnownHosts: findSecretFile(values, 'MATRE_MODULE_SSH_KNOWN_HOSTS', problems),
  };
}

function oidc(values: SettingValues, problems: string[]): OidcConfig | undefined {
  const { MATRE_OIDC_ISSUER: issuer } = values;
  if (!issuer) return undefined;
  const need = (name: 'MATRE_OIDC_CLIENT_ID' | 'MATRE_OIDC_CLIENT_SECRET' | 'MATRE_PUBLIC_URL') => {
    if (!values[name]) problems.push(`MATRE_OIDC_ISSUER needs ${name}`);
    return values[name] ?? '';
  };
  need('MATRE_PUBLIC_URL');
  const { protocol, hostname } = new URL(issuer);
  if (protocol === 'http:' && !isLoopback(hostname)) {
    problems.push('MATRE_OIDC_ISSUER must be https://, unless it is on this machine');
  }
  const roleValues = {
    admin: values.MATRE_OIDC_ADMINS,
    operator: values.MATRE_OIDC_OPERATORS,
    viewer: values.MATRE_OIDC_VIEWERS,
  };
  // These are missing when another setting is wrong.
  if (Object.values(roleValues).every((values) => !values?.length)) {
    problems.push('MATRE_OIDC_ISSUER needs MATRE_OIDC_ADMINS, MATRE_OIDC_OPERATORS or MATRE_OIDC_VIEWERS');
  }
  return {
    issuer,
    clientId: need('MATRE_OIDC_CLIENT_ID'),
    clientSecret: need('MATRE_OIDC_CLIENT_SECRET'),
    name: values.MATRE_OIDC_NAME,
    scopes: values.MATRE_OIDC_SCOPES,
    userClaim: values.MATRE_OIDC_USER_CLAIM,
    roleClaim: values.MATRE_OIDC_ROLE_CLAIM,
    values: roleValues,
  };
}
