import { z } from 'zod';
import { newRecoveryCode, recoveryDigest } from '../../crypto/recovery-code.ts';
import { newTotpSecret, totpStep, totpUri } from '../../crypto/totp.ts';
import { Fault } from '../../faults/fault.ts';
import { demandsSecondFactor, type Principal } from '../../model/access.ts';
import { maxCodeLength, maxPasswordLength } from '../../model/limits.ts';
import type { Account } from '../../store/access/accounts.ts';
import { notBegun } from '../../store/access/second-factors.ts';
import type { Context } from '../core/context.ts';
import { exactLine, line, time } from '../core/fields.ts';
import { defineOperation, type RequestContext } from '../core/operation.ts';
import { limitProofs, limitSignIn, proofsKey } from './attempt-limit.ts';
import { checkCode, codeRefused, digitsOf } from './check-code.ts';
import { checkPassword } from './check-password.ts';

// The second factor of the user who asks. That of another user can only be removed, see `users.ts`.

const recoveryCodeCount = 10;

const password = exactLine(maxPasswordLength);
const code = line(maxCodeLength);
const recoveryCodes = z
  .array(z.string())
  .describe('Each replaces a code once; only their hashes are stored, so they are returned only here');

const secondFactorView = z.object({
  enabledAt: time.nullable().describe('Null: the user signs in with the password alone'),
  recoveryCodesLeft: z.int().describe('Recovery codes that were not used'),
  demanded: z.boolean().describe('The role of the user must have one (MATRE_SECOND_FACTOR)'),
});
type SecondFactorView = z.output<typeof secondFactorView>;

export const showSecondFactor = defineOperation({
  name: 'secondFactor.show',
  method: 'GET',
  path: '/api/second-factor',
  summary: 'Show whether you have a second factor',
  role: 'viewer',
  audited: false,
  setsUpSecondFactor: true,
  input: z.object({}),
  output: secondFactorView,
  async run(context, _input, { principal }) {
    return view(context, await userOf(context, principal));
  },
});

export const beginSecondFactor = defineOperation({
  name: 'secondFactor.begin',
  method: 'POST',
  path: '/api/second-factor/set-up',
  summary: 'Begin to set up your second factor: get a key for an authenticator app; within an hour enable it',
  role: 'viewer',
  audited: (_input, { name }) => name,
  setsUpSecondFactor: true,
  input: z.object({ password: password.describe('Your password') }),
  output: z.object({
    key: z.string().describe('For typing it into an authenticator app; a secret'),
    uri: z.string().describe('The same as otpauth:// address, for a QR code; a secret'),
  }),
  async run(context, { password }, request) {
    const account = await userOf(context, request.principal);
    await proveIdentity(context, account, request, { password });
    const key = newTotpSecret();
    await context.access.secondFactors.begin(account.id, key);
    const { publicUrl } = context.config.server;
    const issuer = publicUrl === undefined ? 'matre' : `matre (${new URL(publicUrl).hostname})`;
    return { key, uri: totpUri(key, { issuer, user: account.name }) };
  },
});

export const enableSecondFactor = defineOperation({
  name: 'secondFactor.enable',
  method: 'POST',
  path: '/api/second-factor/enable',
  summary: 'Enable your second factor with a first code of the authenticator app; ends all other sessions',
  role: 'viewer',
  audited: (_input, { name }) => name,
  setsUpSecondFactor: true,
  input: z.object({ code: code.describe('The six digits that the app shows now') }),
  output: secondFactorView.extend({ recoveryCodes }),
  async run(context, { code }, { principal, reportChange }) {
    const { secondFactors, attempts } = context.access;
    const account = await userOf(context, principal);
    const before = await view(context, account);
    if (before.enabledAt !== null) {
      throw new Fault('SECOND_FACTOR_ENABLED', `${account.name} has a second factor already.`);
    }
    const secret = await secondFactors.readSecret(account.id, 'begun');
    if (secret === undefined) throw notBegun();
    await limitProofs(attempts, account.id);
    const usedStep = totpStep(secret, digitsOf(code), Date.now());
    if (usedStep === undefined) throw codeRefused();
    const codes = newRecoveryCodes();
    const recoveryDigests = codes.map(recoveryDigest);
    const { session } = principal;
    await secondFactors.enable(account.id, { secret, usedStep, recoveryDigests, session });
    await attempts.forget(proofsKey(account.id));
    const after = await view(context, account);
    reportChange?.(before, after);
    return { ...after, recoveryCodes: codes };
  },
});

/** What proves that the request comes from the user and not from a page that was left open, or from a stolen token. */
const proof = {
  password: password.optional().describe('Your password, or a code instead'),
  code: code
    .optional()
    .describe('A code of the authenticator app, or a recovery code, instead of the password'),
};

export const disableSecondFactor = defineOperation({
  name: 'secondFactor.disable',
  method: 'POST',
  path: '/api/second-factor/disable',
  summary: 'Disable your second factor; its recovery codes are invalid',
  role: 'viewer',
  audited: (_input, { name }) => name,
  input: z.object(proof),
  output: secondFactorView,
  async run(context, input, request) {
    const account = await userWithSecondFactor(context, request.principal);
    const before = await view(context, account);
    await proveIdentity(context, account, request, input);
    await context.access.secondFactors.remove(account.id);
    const after = await view(context, account);
    request.reportChange?.(before, after);
    return after;
  },
});

export const renewRecoveryCodes = defineOperation({
  name: 'secondFactor.renewRecoveryCodes',
  method: 'POST',
  path: '/api/second-factor/recovery-codes',
  summary: 'Get ten new recovery codes; those before are invalid',
  role: 'viewer',
  audited: (_input, { name }) => name,
  input: z.object(proof),
  output: secondFactorView.extend({ recoveryCodes }),
  async run(context, input, request) {
    const account = await userWithSecondFactor(context, request.principal);
    const before = await view(context, account);
    await proveIdentity(context, account, request, input);
    const codes = newRecoveryCodes();
    await context.access.secondFactors.replaceRecoveryCodes(account.id, codes.map(recoveryDigest));
    const after = await view(context, account);
    request.reportChange?.(before, after);
    return { ...after, recoveryCodes: codes };
  },
});

const newRecoveryCodes = () => Array.from({ length: recoveryCodeCount }, newRecoveryCode);

async function view(context: Context, { id, role }: Account): Promise<SecondFactorView> {
  const secondFactor = await context.access.secondFactors.find(id);
  return {
    enabledAt: secondFactor?.enabledAt.toISOString() ?? null,
    recoveryCodesLeft: secondFactor?.recoveryCodesLeft ?? 0,
    demanded: demandsSecondFactor(context.config.signIn.secondFactor, role),
  };
}

/** The user of a request, also by a token. Errors: SECOND_FACTOR_NEEDS_USER, USER_ELSEWHERE. */
async function userOf({ access }: Context, { accountId, name }: Principal): Promise<Account> {
  if (accountId === undefined) {
    throw new Fault('SECOND_FACTOR_NEEDS_USER', `${name} is no user who signs in with a password.`);
  }
  const account = await access.accounts.getById(accountId);
  if (account.via === 'password') return account;
  throw new Fault(
    'USER_ELSEWHERE',
    `${account.name} signs in with the OpenID provider, which asks for codes itself.`,
  );
}

/** Errors: SECOND_FACTOR_NOT_ENABLED, and those of `userOf`. */
async function userWithSecondFactor(context: Context, principal: Principal): Promise<Account> {
  const account = await userOf(context, principal);
  if (!account.secondFactor) {
    throw new Fault('SECOND_FACTOR_NOT_ENABLED', `${account.name} has no second factor.`);
  }
  return account;
}

/**
 * Checks the password of a user who is signed in, or a code, after `limitProofs`. Errors: INPUT_INVALID unless there is exactly one,
 * SIGN_IN_REFUSED, SECOND_FACTOR_REFUSED, SIGN_IN_TOO_OFTEN, SIGN_IN_BUSY.
 */
async function proveIdentity(
  { access }: Context,
  account: Account,
  { address }: RequestContext,
  { password, code }: { password?: string | undefined; code?: string | undefined },
): Promise<void> {
  if ((password === undefined) === (code === undefined)) {
    throw new Fault('INPUT_INVALID', 'Send either the password or a code.');
  }
  await limitProofs(access.attempts, account.id);
  const key = proofsKey(account.id);
  if (code !== undefined) {
    await checkCode(access, account.id, { code, key });
    return;
  }
  await limitSignIn(access.attempts, { address: address ?? 'unknown' });
  await checkPassword(access, account, { password: password ?? '', key });
}
