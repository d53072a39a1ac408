import type { SecretBox } from '../../crypto/secret-box.ts';
import { Fault } from '../../faults/fault.ts';
import { splitBaseUrl } from '../../model/address/base-url.ts';
import { type Environment, isEnvironmentCode } from '../../model/environment.ts';
import type { EnvironmentModule } from '../../model/module-source.ts';
import type { ReplayMode } from '../../model/replay.ts';
import {
  channels,
  type Database,
  notifyChange,
  notifyQueue,
  type Queryable,
  sqlState,
  uniqueViolation,
} from '../database/database.ts';
import { toModuleColumn, toStoredModules } from './environment-modules.ts';

export interface NewEnvironment {
  code: string;
  name: string;
  /** May have a user and password, which are stored apart and encrypted. */
  baseUrl: string;
  backendName: string;
  adminUsername: string;
  /** See `Environment.slots`; 1 by default. */
  slots?: number;
  /** See `Environment.allModules`; false by default. */
  allModules?: boolean;
}

/** A test module of an environment as users set it. Without a password it keeps that of the module of its name at the same repository. */
export type NewEnvironmentModule = Omit<EnvironmentModule, 'hasPassword'> & { password?: string | undefined };

/** The fields that can change. The code cannot: files of the test module are named after it. */
export type EnvironmentChanges = Partial<Omit<NewEnvironment, 'code'>>;

export type Environments = ReturnType<typeof createEnvironments>;

/** Environments. Removed ones do not appear here; their runs still refer to them. */
export function createEnvironments(deps: { database: Database; secrets: SecretBox }) {
  const { database, secrets } = deps;

  async function find(code: string): Promise<Environment | undefined> {
    const [row] = await database.query<EnvironmentRow>(
      `SELECT ${environmentColumns} FROM environment WHERE code = $1 AND removed_at IS NULL`,
      [code],
    );
    return row && toEnvironment(row);
  }

  const encryptCredentials = (id: number, credentials: string) =>
    secrets.encrypt(credentials, credentialsContext(id));

  /** Updates one environment. `assignments` uses parameters from `$2` on. Errors: ENVIRONMENT_UNKNOWN. */
  async function change(transaction: Queryable, id: number, assignments: string, values: unknown[]) {
    const rows = await transaction.query<EnvironmentRow>(
      `UPDATE environment SET ${assignments} WHERE id = $1 AND removed_at IS NULL
       RETURNING ${environmentColumns}, ${notifyEnvironment}`,
      [id, ...values],
    );
    return toEnvironment(existing(rows, id));
  }

  return {
    /** Errors: ENVIRONMENT_EXISTS; INPUT_INVALID when the code is not allowed. */
    async create(environment: NewEnvironment): Promise<Environment> {
      const { code, name, backendName, adminUsername, slots = 1, allModules = false } = environment;
      const { url, credentials } = splitBaseUrl(environment.baseUrl);
      if (!isEnvironmentCode(code))
        throw new Fault('INPUT_INVALID', `${JSON.stringify(code)} cannot be the code of an environment.`);
      try {
        return await database.transaction(async (transaction) => {
          const rows = await transaction.query<EnvironmentRow>(
            `INSERT INTO environment (code, name, base_url, backend_name, admin_username, slots, all_modules)
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${environmentColumns}, ${notifyEnvironment}`,
            [code, name, url, backendName, adminUsername, slots, allModules],
          );
          const created = existing(rows, code);
          if (credentials === undefined) return toEnvironment(created);
          // The stored form depends on the id.
          const stored = encryptCredentials(created.id, credentials);
          return change(transaction, created.id, 'shop_credentials = $2', [stored]);
        });
      } catch (error) {
        if (sqlState(error) !== uniqueViolation) throw error;
        throw new Fault('ENVIRONMENT_EXISTS', `Environment ${code} already exists.`);
      }
    },

    /** New environments get ids from this one on. */
    async restartIds(first: number): Promise<void> {
      await database.query(`ALTER TABLE environment ALTER COLUMN id RESTART WITH ${Math.trunc(first)}`);
    },

    /** All environments, by code. */
    async list(): Promise<Environment[]> {
      const rows = await database.query<EnvironmentRow>(
        `SELECT ${environmentColumns} FROM environment WHERE removed_at IS NULL ORDER BY code`,
      );
      return rows.map(toEnvironment);
    },

    find,

    /** Errors: ENVIRONMENT_UNKNOWN. */
    async get(code: string): Promise<Environment> {
      const environment = await find(code);
      if (!environment)
        throw new Fault('ENVIRONMENT_UNKNOWN', `There is no environment ${JSON.stringify(code)}.`);
      return environment;
    },

    /**
     * A base URL without credentials keeps the stored ones at the same host, and removes them with another one, to which they must
     * not be sent. Errors: ENVIRONMENT_UNKNOWN.
     */
    update(id: number, changes: EnvironmentChanges): Promise<Environment> {
      const { name, baseUrl, backendName, adminUsername, slots, allModules } = changes;
      const { url, credentials } = splitBaseUrl(baseUrl ?? '');
      return change(
        database,
        id,
        `name = coalesce($2, name), base_url = coalesce($3, base_url),
         backend_name = coalesce($4, backend_name), admin_username = coalesce($5, admin_username),
         slots = coalesce($6, slots), all_modules = coalesce($8, all_modules),
         shop_credentials = CASE
           WHEN $7::text IS NOT NULL THEN $7
           WHEN $3::text IS NULL OR ${originOf('$3::text')} = ${originOf('base_url')} THEN shop_credentials
         END`,
        [
          name ?? null,
          url || null,
          backendName ?? null,
          adminUsername ?? null,
          slots ?? null,
          credentials === undefined ? null : encryptCredentials(id, credentials),
          allModules ?? null,
        ],
      );
    },

    /** The projects whose `matre.yml` added environments, by id. */
    async appliedFrom(): Promise<Map<number, string>> {
      const rows = await database.query<{ id: number; applied_from: string }>(
        'SELECT id, applied_from FROM environment WHERE removed_at IS NULL AND applied_from IS NOT NULL',
      );
      return new Map(rows.map(({ id, applied_from }) => [id, applied_from]));
    },

    /** Marks an environment as added from the `matre.yml` of a project. */
    async setAppliedFrom(id: number, project: string): Promise<void> {
      await database.query('UPDATE environment SET applied_from = $2 WHERE id = $1', [id, project]);
    },

    /** No run starts there until `resume`; a running one continues. A second pause keeps the time of the first. */
    pause(id: number, reason: string): Promise<Environment> {
      return change(database, id, 'paused_at = coalesce(paused_at, now()), paused_reason = $2', [reason]);
    },

    /** Errors: ENVIRONMENT_UNKNOWN. */
    resume(id: number): Promise<Environment> {
      return database.transaction(async (transaction) => {
        const resumed = await change(transaction, id, 'paused_at = NULL, paused_reason = NULL', []);
        await notifyQueue(transaction);
        return resumed;
      });
    },

    /**
     * Removes an environment, and deletes its secrets and variables; its history stays. Its code can be used again.
     * Errors: ENVIRONMENT_BUSY while it has runs that are not finished; ENVIRONMENT_UNKNOWN.
     */
    remove(id: number): Promise<void> {
      return database.transaction(async (transaction) => {
        // FOR UPDATE waits for runs that are being submitted, and they wait for it: see `insertRuns` in runs.ts.
        const rows = await transaction.query<{ code: string }>(
          'SELECT code FROM environment WHERE id = $1 AND removed_at IS NULL FOR UPDATE',
          [id],
        );
        const { code } = existing(rows, id);
        const [open] = await transaction.query<{ count: number }>(
          `SELECT count(*) FROM run WHERE environment_id = $1 AND state <> 'finished'`,
          [id],
        );
        if (open && open.count > 0)
          throw new Fault('ENVIRONMENT_BUSY', `Environment ${code} has ${open.count} unfinished runs.`);
        await transaction.query('DELETE FROM variable WHERE environment_id = $1', [id]);
        await transaction.query('DELETE FROM hook WHERE environment_id = $1', [id]);
        await transaction.query('DELETE FROM shop_modules WHERE environment_id = $1', [id]);
        await transaction.query(
          'UPDATE environment SET removed_at = now(), admin_password = NULL, shop_credentials = NULL, module_sources = NULL WHERE id = $1',
          [id],
        );
        await notifyChange(transaction, `environment ${id}`);
      });
    },

    /** Stores the admin password encrypted; `undefined` removes it. Errors: ENVIRONMENT_UNKNOWN. */
    setPassword(id: number, password: string | undefined): Promise<Environment> {
      const stored = password === undefined ? null : secrets.encrypt(password, passwordContext(id));
      return change(database, id, 'admin_password = $2', [stored]);
    },

    /** The decrypted admin password, only for the runner and the import. Errors: SECRET_KEY_WRONG. */
    async readPassword(id: number): Promise<string | undefined> {
      const [row] = await database.query<{ admin_password: string | null }>(
        'SELECT admin_password FROM environment WHERE id = $1',
        [id],
      );
      if (!row?.admin_password) return undefined;
      return secrets.decrypt(row.admin_password, passwordContext(id));
    },

    /** Sets the image; `undefined`: that of the settings. Errors: ENVIRONMENT_UNKNOWN. */
    setImage: (id: number, image: string | undefined): Promise<Environment> =>
      change(database, id, 'image = $2', [image ?? null]),

    /** Sets what is recorded of browsers; `undefined`: as the settings say. Errors: ENVIRONMENT_UNKNOWN. */
    setReplay: (id: number, replay: ReplayMode | undefined): Promise<Environment> =>
      change(database, id, 'replay = $2', [replay ?? null]),

    /** Sets the test modules, in order; none: that of the settings. Errors: ENVIRONMENT_UNKNOWN. */
    setModules(id: number, modules: readonly NewEnvironmentModule[]): Promise<Environment> {
      return database.transaction(async (transaction) => {
        const [row] = await transaction.query<{ module_sources: unknown }>(
          'SELECT module_sources FROM environment WHERE id = $1 AND removed_at IS NULL FOR UPDATE',
          [id],
        );
        const stored = toModuleColumn(modules, toStoredModules(row?.module_sources), (password, name) =>
          secrets.encrypt(password, moduleContext(id, name)),
        );
        return change(transaction, id, 'module_sources = $2::jsonb', [stored]);
      });
    },

    /** The test modules with decrypted passwords, only for the runner, the doctor and previews. Errors: SECRET_KEY_WRONG. */
    async readModules(id: number): Promise<NewEnvironmentModule[]> {
      const [row] = await database.query<{ module_sources: unknown }>(
        'SELECT module_sources FROM environment WHERE id = $1',
        [id],
      );
      return toStoredModules(row?.module_sources).map(({ password, ...module }) => ({
        ...module,
        password: password && secrets.decrypt(password, moduleContext(id, module.name)),
      }));
    },

    /** Removes the user and password of the base URL. Errors: ENVIRONMENT_UNKNOWN. */
    removeShopCredentials(id: number): Promise<Environment> {
      return change(database, id, 'shop_credentials = NULL', []);
    },

    /** The decrypted credentials of the base URL, see `BaseUrl`. Only for the runner, the doctor and the import. Errors: SECRET_KEY_WRONG. */
    async readShopCredentials(id: number): Promise<string | undefined> {
      const [row] = await database.query<{ shop_credentials: string | null }>(
        'SELECT shop_credentials FROM environment WHERE id = $1',
        [id],
      );
      if (!row?.shop_credentials) return undefined;
      return secrets.decrypt(row.shop_credentials, credentialsContext(id));
    },
  };
}

/** The environments with these ids that are not removed, by code. */
export async function readEnvironments(database: Queryable, ids: readonly number[]): Promise<Environment[]> {
  const rows = await database.query<EnvironmentRow>(
    `SELECT ${environmentColumns} FROM environment WHERE id = ANY ($1::int[]) AND removed_at IS NULL ORDER BY code`,
    [ids],
  );
  return rows.map(toEnvironment);
}

/** SQL that notifies listeners of a changed row. */
const notifyEnvironment = `pg_notify('${channels.change}', 'environment ' || id)`;

const passwordContext = (id: number) => `environment/${id}/admin_password`;
const credentialsContext = (id: number) => `environment/${id}/shop_credentials`;
const moduleContext = (id: number, name: string) => `environment/${id}/module/${name}`;

/** SQL for scheme, host and port of an address. */
const originOf = (expression: string) => `lower(substring(${expression} from '^[^/]+//[^/]+'))`;

function existing<Row>(rows: Row[], id: number | string): Row {
  const [row] = rows;
  if (!row) throw new Fault('ENVIRONMENT_UNKNOWN', `There is no environment ${id}.`);
  return row;
}

/** The SQL columns of an `EnvironmentRow`. */
export const environmentColumns = `id, code, name, base_url, backend_name, admin_username, admin_password IS NOT NULL AS has_password,
  shop_credentials IS NOT NULL AS has_shop_credentials,  paused_at, paused_reason, slots, all_modules, image, replay, module_sources, fence, created_at`;

export interface EnvironmentRow {
  id: number;
  code: string;
  name: string;
  base_url: string;
  backend_name: string;
  admin_username: string;
  has_password: boolean;
  has_shop_credentials: boolean;
  paused_at: Date | null;
  paused_reason: string | null;
  slots: number;
  all_modules: boolean;
  image: string | null;
  replay: ReplayMode | null;
  module_sources: unknown;
  fence: number;
  created_at: Date;
}

export function toEnvironment(row: EnvironmentRow): Environment {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    baseUrl: row.base_url,
    backendName: row.backend_name,
    adminUsername: row.admin_username,
    hasAdminPassword: row.has_password,
    hasShopCredentials: row.has_shop_credentials,
    paused: row.paused_at ? { since: row.paused_at, reason: row.paused_reason ?? '' } : undefined,
    slots: row.slots,
    allModules: row.all_modules,
    image: row.image ?? undefined,
    replay: row.replay ?? undefined,
    modules: toStoredModules(row.module_sources).map(({ password, ...module }) => ({
      ...module,
      hasPassword: password !== undefined,
    })),
    fence: row.fence,
    createdAt: row.created_at,
  };
}
