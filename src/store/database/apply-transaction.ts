import { advisoryLocks } from './advisory-locks.ts';
import type { Database, Queryable } from './database.ts';

/**
 * Runs `work` with a database that is one transaction, also for tables that begin transactions themselves; another call waits until its
 * end. Rejects as `work` does, and then nothing has changed.
 */
export function applyTransaction<T>(
  database: Database,
  work: (transaction: Database) => Promise<T>,
): Promise<T> {
  return database.transaction(async (transaction) => {
    await transaction.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.apply]);
    return work(asDatabase(transaction, database.kind));
  });
}

/** Runs `work` in a part of a transaction that is undone when it rejects, while the transaction continues. Rejects as `work` does. */
export async function withSavepoint<T>(transaction: Queryable, work: () => Promise<T>): Promise<T> {
  await transaction.query('SAVEPOINT part');
  try {
    const result = await work();
    await transaction.query('RELEASE SAVEPOINT part');
    return result;
  } catch (error) {
    await transaction.query('ROLLBACK TO SAVEPOINT part');
    await transaction.query('RELEASE SAVEPOINT part');
    throw error;
  }
}

/** A transaction as a database. Transactions in it are part of it, so what fails in one of them ends the whole transaction. */
function asDatabase(transaction: Queryable, kind: Database['kind']): Database {
  const queryable = oneByOne(transaction);
  return {
    kind,
    ...queryable,
    transaction: (work) => work(queryable),
    listen: () => Promise.reject(new Error('A transaction cannot listen.')),
    close: () => Promise.reject(new Error('A transaction is not closed.')),
  };
}

/** Operations ask for several things at once, and a transaction is one connection, which takes one statement at a time. */
function oneByOne(transaction: Queryable): Queryable {
  let last: Promise<unknown> = Promise.resolve();
  const next = <T>(execute: () => Promise<T>): Promise<T> => {
    const result = last.then(execute);
    last = result.catch(() => {});
    return result;
  };
  return {
    query: (sql, parameters) => next(() => transaction.query(sql, parameters)),
    script: (sql) => next(() => transaction.script(sql)),
  };
}
