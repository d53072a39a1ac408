/**
 * Keys of advisory locks of PostgreSQL, each held until the end of a transaction. Arbitrary numbers that no other program is likely to
 * use. One list, so that no two purposes share a number.
 */
export const advisoryLocks = {
  /** One process at a time changes the schema, or restores a backup. */
  schema: 7_236_187_001,
  /** Processes that start at the same time create one key. */
  secretKey: 7_236_187_002,
  /** No two processes remove the last admins, or create the first ones. */
  admins: 7_236_187_003,
  /** Claims count the browser sessions in use one after the other. */
  sessionCapacity: 7_236_187_004,
  /** One `matre apply` at a time compares and changes. */
  apply: 7_236_187_005,
  /** Runs without a submission get one. */
  missingSubmissions: 7_236_187_006,
  /**
   * One process at a time compares the runs of an environment. The first of two keys, the second is the id of the environment; such pairs
   * are apart from the single keys above.
   */
  comparison: 723_618_701,
} as const;
