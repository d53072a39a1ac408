import { isLoopback } from '../model/address/loopback.ts';
import type { Config, ModuleSource, OidcConfig } from './config.ts';
import { findSecretFile } from './secret-file.ts';
import type { SettingValues } from './settings/settings.ts';
import { withPassword } from './with-password.ts';

/** A configuration of the values of settings. Adds what is wrong with several of them together to `problems`. */
export function arrangeConfig(values: SettingValues, problems: string[]): Omit<Config, 'entries'> {
  return {
    ...arrangeStores(values, problems),
    ...arrangeContainers(values, problems),
    selenium: arrangeSelenium(values),
    worker: arrangeWorker(values),
    mftf: arrangeMftf(values),
    playwright: { folder: values.MATRE_PLAYWRIGHT, browser: values.MATRE_PLAYWRIGHT_BROWSER },
    ...arrangeServer(values, problems),
    doctor: { timeoutMs: values.MATRE_DOCTOR_TIMEOUT },
    ...arrangeOutgoing(values),
    log: { level: values.MATRE_LOG_LEVEL },
  };
}

function arrangeStores(
  values: SettingValues,
  problems: string[],
): Pick<Config, 'store' | 'retention' | 'locks'> {
  return {
    store: {
      dataFolder: values.MATRE_DATA,
      folderWaitMs: values.MATRE_FOLDER_WAIT,
      databaseUrl: withPassword(values, 'DATABASE_URL', 'DATABASE_PASSWORD', problems),
      secretKey: values.MATRE_SECRET_KEY,
      logBytes: values.MATRE_LOG_SIZE,
      artifacts: values.MATRE_ARTIFACTS,
      s3: arrangeS3(values, problems),
    },
    retention: {
      filesMs: values.MATRE_KEEP_FILES,
      maxFilesBytes: values.MATRE_MAX_FILES,
      runsMs: values.MATRE_KEEP_RUNS,
      maxResults: values.MATRE_MAX_RESULTS,
      auditMs: values.MATRE_KEEP_AUDIT,
      maxAudit: values.MATRE_MAX_AUDIT,
      notesMs: values.MATRE_KEEP_NOTES,
      messagesMs: values.MATRE_KEEP_MESSAGES,
      maxMessages: values.MATRE_MAX_MESSAGES,
    },
    locks: { dsn: withPassword(values, 'LOCK_DSN', 'LOCK_PASSWORD', problems), ttlMs: values.LOCK_TTL },
  };
}

function arrangeS3(values: SettingValues, problems: string[]): Config['store']['s3'] {
  if (values.MATRE_ARTIFACTS !== 's3') return undefined;
  const {
    MATRE_S3_ENDPOINT: endpoint,
    MATRE_S3_BUCKET: bucket,
    MATRE_S3_ACCESS_KEY: accessKey,
    MATRE_S3_SECRET_KEY: secretKey,
  } = values;
  if (endpoint === undefined || bucket === undefined || accessKey === undefined || secretKey === undefined) {
    problems.push(
      'MATRE_ARTIFACTS=s3 needs MATRE_S3_ENDPOINT, MATRE_S3_BUCKET, MATRE_S3_ACCESS_KEY and MATRE_S3_SECRET_KEY.',
    );
    return undefined;
  }
  const { MATRE_S3_REGION: region, MATRE_S3_PREFIX: prefix } = values;
  return { endpoint, region, bucket, prefix, accessKey, secretKey };
}

function arrangeContainers(
  values: SettingValues,
  problems: string[],
): Pick<Config, 'engine' | 'pool' | 'module' | 'sourceLinks'> {
  return {
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
  };
}

function arrangeSelenium(values: SettingValues): Config['selenium'] {
  return {
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
    replay: values.MATRE_REPLAY,
    reusesBrowsers: values.MATRE_BROWSER_REUSE === 'on',
  };
}

function arrangeWorker(values: SettingValues): Config['worker'] {
  return {
    slots: values.MATRE_WORKERS,
    leaseMs: values.MATRE_LEASE,
    maxAttempts: values.MATRE_MAX_ATTEMPTS,
    retries: values.MATRE_RETRIES,
    retryPauseMs: values.MATRE_RETRY_PAUSE,
    heartbeatMs: values.MATRE_BEAT,
  };
}

function arrangeMftf(values: SettingValues): Config['mftf'] {
  return {
    php: values.MATRE_PHP,
    phpMemoryBytes: values.MATRE_PHP_MEMORY,
    testTimeoutMs: values.MATRE_TEST_TIMEOUT,
    generation: values.MATRE_GENERATION,
    runData: values.MATRE_RUN_DATA,
    generationTimeoutMs: values.MATRE_GENERATION_TIMEOUT,
    exclusiveGroups: values.MATRE_EXCLUSIVE_GROUPS,
    retryFailed: { times: values.MATRE_RETRY_FAILED, groups: values.MATRE_RETRY_FAILED_GROUPS },
    generationVariables: values.MATRE_GENERATION_VARIABLES,
    patches: values.MATRE_PATCHES,
    secretVariables: values.MATRE_SECRET_VARIABLES,
    plainVariables: values.MATRE_PLAIN_VARIABLES,
    shopModulesAgeMs: values.MATRE_SHOP_MODULES_AGE,
    snapshotBytes: values.MATRE_SNAPSHOTS_SIZE,
  };
}

function arrangeServer(values: SettingValues, problems: string[]): Pick<Config, 'server' | 'signIn'> {
  return {
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
  };
}

/** What is sent to others. */
function arrangeOutgoing(values: SettingValues): Pick<Config, 'messages' | 'hooks' | 'tracing' | 'alerts'> {
  return {
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
