import { randomInt } from 'node:crypto';
import { digestOf, newSecret } from '../../crypto/token.ts';
import { Fault } from '../../faults/fault.ts';
import type { Role } from '../../model/access.ts';
import type { Database } from '../database/database.ts';
import { createTokens, type Token } from './tokens.ts';

/** How long a user has to approve, in seconds. */
export const deviceLoginSeconds = 10 * 60;
/** Between two polls of a command, in seconds. */
export const devicePollSeconds = 3;
/** A token of a device expires after this time, like the session of an unused browser. */
const tokenDays = 90;

/** Consonants without those that look like others: no words arise, and 20^8 codes cannot be tried within their ten minutes. */
const codeLetters = 'BCDFGHJKLMNPQRSTVWXZ';
const codeLength = 8;

/** A command that waits for a user to approve it. */
export interface DeviceLogin {
  /** As `ABCD-EFGH`. */
  userCode: string;
  device: string;
  address: string;
  createdAt: Date;
  expiresAt: Date;
}

/** What a command gets when it polls. `approved` is returned once, with the token. */
export type DevicePoll =
  | { status: 'pending' | 'slow-down' | 'denied' }
  | { status: 'approved'; token: Token; secret: string };

/** Logins of commands, which a user approves in a browser. Each ends after ten minutes. */
export function createDeviceLogins(deps: { database: Database }) {
  const { database } = deps;
  return {
    /** Begins a login. The device code is the secret of the command, and is returned only here. */
    async begin(device: string, address: string): Promise<{ deviceCode: string; userCode: string }> {
      const deviceCode = newSecret();
      const userCode = Array.from(
        { length: codeLength },
        () => codeLetters[randomInt(codeLetters.length)],
      ).join('');
      await database.query('DELETE FROM device_login WHERE expires_at <= now()');
      await database.query(
        `INSERT INTO device_login (hash, user_code, device, address, expires_at)
         VALUES ($1, $2, $3, $4, now() + $5 * interval '1 second')`,
        [digestOf(deviceCode), userCode, device, address, deviceLoginSeconds],
      );
      return { deviceCode, userCode: withDash(userCode) };
    },

    /** The login with a user code that waits for approval. Errors: DEVICE_CODE_INVALID. */
    async get(userCode: string): Promise<DeviceLogin> {
      const [row] = await database.query<Row>(`SELECT ${columns} FROM device_login WHERE ${waiting}`, [
        plain(userCode),
      ]);
      return waitingLogin(row);
    },

    /** Approves a login for a user, with a role. Each login is approved or denied once. Errors: DEVICE_CODE_INVALID. */
    async approve(
      userCode: string,
      { accountId, role }: { accountId: number; role: Role },
    ): Promise<DeviceLogin> {
      const [row] = await database.query<Row>(
        `UPDATE device_login SET account_id = $2, role = $3 WHERE ${waiting} RETURNING ${columns}`,
        [plain(userCode), accountId, role],
      );
      return waitingLogin(row);
    },

    /** Denies a login. Errors: DEVICE_CODE_INVALID. */
    async deny(userCode: string): Promise<DeviceLogin> {
      const [row] = await database.query<Row>(
        `UPDATE device_login SET denied = true WHERE ${waiting} RETURNING ${columns}`,
        [plain(userCode)],
      );
      return waitingLogin(row);
    },

    /**
     * The state of a login for its command. Creates the token of an approved one and ends the login in one transaction, so that only
     * one poll gets it. `slow-down`: the command polls faster than `devicePollSeconds`. Errors: DEVICE_CODE_INVALID, also after ten
     * minutes.
     */
    async poll(deviceCode: string): Promise<DevicePoll> {
      const hash = digestOf(deviceCode);
      return database.transaction(async (transaction) => {
        const [row] = await transaction.query<PollRow>(
          `SELECT device, account_id, role, denied, account.name,
             polled_at > now() - $2 * interval '1 second' AS early
           FROM (SELECT * FROM device_login WHERE hash = $1 AND expires_at > now() FOR UPDATE) AS login
           LEFT JOIN LATERAL (SELECT account.name FROM account WHERE account.id = login.account_id) AS account ON true`,
          // A second less, because the requests of a command take different times.
          [hash, devicePollSeconds - 1],
        );
        if (row === undefined) throw invalid();
        if (row.early === true) return { status: 'slow-down' };
        if (row.account_id === null && !row.denied) {
          await transaction.query('UPDATE device_login SET polled_at = now() WHERE hash = $1', [hash]);
          return { status: 'pending' };
        }
        await transaction.query('DELETE FROM device_login WHERE hash = $1', [hash]);
        if (row.denied || row.account_id === null || row.role === null) return { status: 'denied' };
        const created = await createTokens({ database: transaction }).create({
          name: row.device,
          role: row.role,
          accountId: row.account_id,
          createdBy: row.name ?? '',
          expiresInDays: tokenDays,
        });
        return { status: 'approved', ...created };
      });
    },
  };
}

const columns = 'user_code, device, address, created_at, expires_at';
const waiting = 'user_code = $1 AND expires_at > now() AND account_id IS NULL AND NOT denied';

interface Row {
  user_code: string;
  device: string;
  address: string;
  created_at: Date;
  expires_at: Date;
}

interface PollRow {
  device: string;
  account_id: number | null;
  role: Role | null;
  denied: boolean;
  name: string | null;
  early: boolean | null;
}

/** A user may type it in lower case, and without its dash or with blanks. */
const plain = (userCode: string) => userCode.toUpperCase().replaceAll(/[^A-Z]/g, '');

const withDash = (code: string) => `${code.slice(0, codeLength / 2)}-${code.slice(codeLength / 2)}`;

function invalid(): Fault {
  return new Fault('DEVICE_CODE_INVALID', 'The code is unknown, was used, or has expired.');
}

/** Errors: DEVICE_CODE_INVALID. */
function waitingLogin(row: Row | undefined): DeviceLogin {
  if (row === undefined) throw invalid();
  const { user_code, device, address, created_at, expires_at } = row;
  return { userCode: withDash(user_code), device, address, createdAt: created_at, expiresAt: expires_at };
}
