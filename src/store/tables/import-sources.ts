import { z } from 'zod';
import type { SecretBox } from '../../crypto/secret-box.ts';
import type { Queryable } from '../database/database.ts';

/** What an import made of something of another system. */
export interface ImportOrigin {
  kind: string;
  sourceId: string;
  /** A code or a name here. */
  target: string;
  /** The fields that the last import wrote; some are secret. */
  state: Readonly<Record<string, string>>;
}

export type ImportSources = ReturnType<typeof createImportSources>;

const storedState = z.record(z.string(), z.string());

/** The origins of what was imported. `source`: the name of the installation that it comes from. */
export function createImportSources(deps: { database: Queryable; secrets: SecretBox }) {
  const { database, secrets } = deps;
  return {
    /** All but those of runs. Errors: SECRET_KEY_WRONG. */
    async list(source: string): Promise<ImportOrigin[]> {
      const rows = await database.query<{ kind: string; source_id: string; target: string; state: string }>(
        'SELECT kind, source_id, target, state FROM import_source WHERE source = $1 AND state IS NOT NULL',
        [source],
      );
      return rows.map(({ kind, source_id: sourceId, target, state }) => ({
        ...{ kind, sourceId, target },
        state: storedState.parse(JSON.parse(secrets.decrypt(state, contextOf(source, kind, sourceId)))),
      }));
    },

    /** Adds or replaces an origin. */
    async set(source: string, by: string, { kind, sourceId, target, state }: ImportOrigin): Promise<void> {
      const stored = secrets.encrypt(JSON.stringify(state), contextOf(source, kind, sourceId));
      await database.query(
        `INSERT INTO import_source (source, kind, source_id, target, state, imported_by)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (source, kind, source_id)
         DO UPDATE SET target = excluded.target, state = excluded.state, imported_by = excluded.imported_by, imported_at = now()`,
        [source, kind, sourceId, target, stored, by],
      );
    },

    /** The runs here of an id there, by the names of their sources. */
    async runsOf(sources: readonly string[], sourceId: number): Promise<Map<string, number>> {
      const rows = await database.query<{ source: string; target: string }>(
        `SELECT source, target FROM import_source WHERE source = ANY ($1::text[]) AND kind = 'run' AND source_id = $2`,
        [sources, String(sourceId)],
      );
      return new Map(rows.map(({ source, target }) => [source, Number(target)]));
    },

    /** The runs here by their ids there. */
    async runs(source: string): Promise<Map<number, number>> {
      const rows = await database.query<{ source_id: string; target: string }>(
        `SELECT source_id, target FROM import_source WHERE source = $1 AND kind = 'run'`,
        [source],
      );
      return new Map(rows.map(({ source_id, target }) => [Number(source_id), Number(target)]));
    },
  };
}

const contextOf = (source: string, kind: string, sourceId: string) => `import/${source}/${kind}/${sourceId}`;
