import { describeHttpError } from '../../../http/http-client.ts';
import { DeliveryFault } from '../channel.ts';
import { answerText } from '../refusals.ts';

/** What nodemailer says of an attempt that failed. */
interface SmtpError {
  message: string;
  code?: string;
  /** What was sent: `MAIL FROM`, `RCPT TO`, `DATA`, `AUTH PLAIN`, `STARTTLS`. */
  command?: string;
  /** The last answer of the server, with its code. */
  response?: string;
  responseCode?: number;
}

/**
 * The fault of an error of nodemailer. RFC 5321: a code 4xx is worth another attempt, 5xx is not. `secrets` are not shown when the server
 * repeats them.
 */
export function toSmtpFault(error: unknown, host: string, secrets: readonly string[]): DeliveryFault {
  if (error instanceof DeliveryFault) return error;
  const smtp = error as SmtpError;
  const answer = answerText(smtp.response ?? '', secrets);
  const { code, permanent, words } = refusalOf(smtp) ?? {
    ...{ code: 'CHANNEL_UNREACHABLE' as const, permanent: false },
    words: `does not answer: ${answerText(reasonOf(smtp), secrets)}`,
  };
  const message = `${host} ${words}${answer === '' ? '' : `: ${answer}`}.`;
  return new DeliveryFault(code, message, { permanent, cause: error });
}

/** What the server did; `undefined` when it did not answer as a mail server does. */
function refusalOf({ code, command = '', responseCode = 0 }: SmtpError) {
  const refusal = (faultCode: DeliveryFault['code'], words: string, permanent = true) => ({
    ...{ code: faultCode, words, permanent },
  });
  if (code === 'ETLS' && responseCode > 0)
    return refusal('CHANNEL_UNREACHABLE', 'does not offer STARTTLS, so nothing was sent', false);
  if (responseCode >= 400 && responseCode < 500)
    return refusal('CHANNEL_BUSY', 'asks to try again later', false);
  if (responseCode >= 500 && (command.startsWith('AUTH') || responseCode === 530))
    return refusal('CHANNEL_SIGN_IN_REFUSED', 'refuses the user name or the password');
  if (responseCode >= 500 && command.startsWith('RCPT'))
    return refusal('MESSAGE_REFUSED', 'refuses the recipient');
  if (responseCode >= 500) return refusal('MESSAGE_REFUSED', 'refuses the message');
  if (code === 'EAUTH') return refusal('CHANNEL_SIGN_IN_REFUSED', 'offers no way to sign in with a password');
  return code === 'EMESSAGE' ? refusal('MESSAGE_REFUSED', 'takes no message of this size') : undefined;
}

/** The message of an error of TLS names the certificate and what is wrong with it. */
const reasonOf = (error: SmtpError) =>
  error.code === 'ETLS' || error.code === 'ESOCKET' ? error.message : describeHttpError(error);
