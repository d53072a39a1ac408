import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { link, open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../faults/fault.ts';
import { ifPresent } from '../files/missing-file.ts';
import { advisoryLocks } from './database/advisory-locks.ts';
import type { Database, Queryable } from './database/database.ts';
import { readSetting, writeSetting } from './tables/settings.ts';

const keyBytes = 32;
const fingerprintSetting = 'secret_key_fingerprint';

/**
 * The key that encrypts secrets: the variable MATRE_SECRET_KEY if it is set, else the file `secret.key` in the data folder, which is
 * created when nothing was ever encrypted. The database has a fingerprint of the first key; a start with a different key fails here,
 * before anything is written.
 *
 * Errors: SECRET_KEY_WRONG, SECRET_KEY_MISSING; CONFIG_INVALID when the key has a wrong form or others can read its file.
 */
export async function loadKey(options: {
  /** The value of MATRE_SECRET_KEY. */
  variable: string | undefined;
  dataFolder: string;
  database: Database;
}): Promise<Buffer> {
  const { variable, dataFolder, database } = options;
  const file = join(dataFolder, 'secret.key');
  return database.transaction(async (transaction) => {
    await transaction.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.secretKey]);
    const expected = await readSetting(transaction, fingerprintSetting);
    const existingKey = variable ? parseKey(variable, 'MATRE_SECRET_KEY') : await readKeyFile(file);
    if (!existingKey && (expected !== undefined || (await holdsSecrets(transaction))))
      throw new Fault(
        'SECRET_KEY_MISSING',
        `There is no key: ${file} does not exist and MATRE_SECRET_KEY is not set.`,
      );
    const key = existingKey ?? (await makeKeyFile(file));
    if (expected === undefined) {
      await writeSetting(transaction, fingerprintSetting, fingerprintOf(key));
    } else if (expected !== fingerprintOf(key)) {
      const source = variable ? 'MATRE_SECRET_KEY' : file;
      throw new Fault(
        'SECRET_KEY_WRONG',
        `The key in ${source} is not the key that the secrets in the database were encrypted with.`,
      );
    }
    return key;
  });
}

/** Parses 32 bytes as base64 (also base64url) or as 64 hexadecimal digits. The text itself is never in a message. */
function parseKey(text: string, source: string): Buffer {
  const trimmed = text.trim();
  const key = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64');
  if (key.length !== keyBytes || !/^[\w+/=-]+$/.test(trimmed))
    throw new Fault(
      'CONFIG_INVALID',
      `${source} must hold ${keyBytes} bytes as base64 or hexadecimal digits.`,
    );
  return key;
}

async function readKeyFile(file: string): Promise<Buffer | undefined> {
  const status = await ifPresent(stat(file));
  if (!status) return undefined;
  // Refused, because a warning is easily overlooked and one chmod fixes it. A group may read it, because secrets are mounted into
  // containers that way.
  if ((status.mode & 0o027) !== 0) {
    const mode = (status.mode & 0o777).toString(8);
    throw new Fault('CONFIG_INVALID', `Other users can read ${file} (mode ${mode}); run: chmod 600 ${file}`);
  }
  return parseKey(await readFile(file, 'utf8'), file);
}

/** Not `writeFileAtomically`: the file must survive a power failure, and must never replace an existing one. */
async function makeKeyFile(file: string): Promise<Buffer> {
  const key = randomBytes(keyBytes);
  // Not the process id: in a container it is the same at each start, and a draft that a killed process left would stop the next one.
  const temporary = `${file}.${randomUUID()}.new`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${key.toString('base64')}\n`);
    await handle.sync();
    await link(temporary, file);
  } finally {
    await handle.close();
    await rm(temporary, { force: true });
  }
  await syncFolderOf(file);
  return key;
}

async function syncFolderOf(file: string): Promise<void> {
  const folder = await open(join(file, '..'));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Reveals nothing about the key except whether another key is the same. */
function fingerprintOf(key: Buffer): string {
  return createHmac('sha256', key).update('matre secret key').digest('hex').slice(0, 32);
}

async function holdsSecrets(database: Queryable): Promise<boolean> {
  const [row] = await database.query<{ exists: boolean }>(
    `SELECT EXISTS (SELECT FROM environment WHERE admin_password IS NOT NULL OR shop_credentials IS NOT NULL)
         OR EXISTS (SELECT FROM variable WHERE secret) OR EXISTS (SELECT FROM channel WHERE secrets IS NOT NULL) AS "exists"`,
  );
  return row?.exists ?? false;
}
