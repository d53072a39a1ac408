import type { Config } from '../../config/config.ts';
import { signInRequired } from '../../config/sign-in-required.ts';
import { isFault } from '../../faults/fault.ts';
import { type Check, type Finding, ok, problemsOrOk, unknown, warning } from '../check.ts';

/** Sandboxes share the network of the machine, so only passwords keep the tests out of its services. */
export const storesOpen: Check = {
  name: 'stores-open',
  labels: {
    subject: 'the access to Redis and the API',
    ok: 'Redis and the API are protected from tests',
    problem: 'Redis or the API is open to tests',
  },
  description:
    'whether tests in a sandbox, which shares the network of this machine, need a password for Redis and the API',
  symptoms: ['a test changes locks, runs or environments'],
  codes: ['STORES_OPEN'],

  async run({ config, locks, containers }) {
    const engine = await containers().then(
      (context) => context.engine.kind,
      () => undefined,
    );
    if (engine === undefined) return [unknown('The engine does not answer, so its kind is not known.')];
    if (engine !== 'sandbox') return [ok('Tests run in the network of Docker containers.')];
    const findings: Finding[] = [];
    if (locks.kind === 'redis' && !hasPassword(config.locks.dsn)) {
      const message = 'Tests run in the network of this machine, and Redis needs no password.';
      const remedy = 'Set a password in Redis (requirepass, or an ACL), and the same as LOCK_PASSWORD.';
      findings.push(warning('STORES_OPEN', message, { about: 'Redis', remedy }));
    }
    if (!asksForSignIn(config)) {
      const message = 'Tests run in the network of this machine, and the API of matre needs no sign-in.';
      findings.push(warning('STORES_OPEN', message, { about: 'API', remedy: 'Set MATRE_SIGN_IN=on.' }));
    }
    return problemsOrOk(findings, 'Redis and the API need a password or a sign-in.');
  },
};

/** False also for MATRE_SIGN_IN=off with an address for other machines, which no server starts with. */
function asksForSignIn(config: Config): boolean {
  try {
    return signInRequired(config);
  } catch (error) {
    if (isFault(error, 'CONFIG_INVALID')) return false;
    throw error;
  }
}

/** In Symfony's form, `redis://secret@host`, the password is the user name. */
function hasPassword(dsn: string | undefined): boolean {
  if (dsn === undefined || !URL.canParse(dsn)) return false;
  const { username, password } = new URL(dsn);
  return username !== '' || password !== '';
}
