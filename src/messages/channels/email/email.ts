import { createTransport, type SendMailOptions } from 'nodemailer';
import { z } from 'zod';
import { shorten, visible } from '../../../model/visible-text.ts';
import { type ChannelKind, type Delivery, DeliveryFault, type DeliveryOptions } from '../channel.ts';
import { linesOf } from '../layout/fit.ts';
import { linksOf } from '../layout/links.ts';
import { statusOf } from '../layout/status.ts';
import { isMailAddress, mailAddress } from './addresses.ts';
import { mailHtml } from './mail-html.ts';
import { toSmtpFault } from './smtp-faults.ts';

const settingsSchema = z.strictObject({
  host: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$|^[0-9A-Fa-f:.]{2,45}$/, 'must be a host name or an IP address')
    .describe('The mail server, such as smtp.example.com'),
  port: z.int().min(1).max(65_535).default(587).describe('587 for STARTTLS, 465 for TLS from the start'),
  security: z
    .enum(['starttls', 'tls', 'none'])
    .default('starttls')
    .describe(
      'starttls: encrypted, or nothing is sent; tls: encrypted from the start; none: for a relay nearby, without a password',
    ),
  from: mailAddress.describe('The address of the sender'),
  senderName: z
    .string()
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]{1,100}$/u, 'must be one line')
    .default('matre')
    .describe('The name of the sender'),
  to: mailAddress
    .optional()
    .describe('Who gets the messages of rules without recipients, such as the address of a list'),
  username: z
    .string()
    .regex(/^[^\p{Cc}]{1,320}$/u, 'must be one line')
    .optional()
    .describe('The user name for the mail server; without it matre does not sign in'),
  certificate: z
    .string()
    .max(20_000)
    .regex(/^-----BEGIN CERTIFICATE-----/, 'must be a certificate in PEM form')
    .optional()
    .describe('A certificate authority to trust besides those of Node, in PEM form')
    .meta({ format: 'lines' }),
});
const secretsSchema = z.strictObject({
  password: z.string().min(1).max(1000).optional().describe('The password for the user name'),
});
type Settings = z.infer<typeof settingsSchema>;
type Secrets = z.infer<typeof secretsSchema>;

/** How long a mail server may take to accept a connection, and to answer a command. */
const connectMs = 10_000;
const answerMs = 30_000;

/** Sends mails by SMTP, one for each recipient. */
export const email: ChannelKind<Settings, Secrets> = {
  kind: 'email',
  title: 'E-mail (SMTP)',
  settings: settingsSchema,
  secrets: secretsSchema,
  abilities: { edit: false, thread: false, recipients: true },
  recipientSetting: 'to',
  markup: 'html',
  destination: ({ host, port, security }) => `${host.toLowerCase()}:${port} ${security}`,
  async deliver(delivery, options) {
    const { settings, secrets, signal } = options;
    const { host, port } = settings;
    const mail = await mailOf(delivery, options);
    const auth = authOf(options);
    const ca = settings.certificate && (await trusted(settings.certificate));
    const socket = await options.connect(host, port, { timeoutMs: connectMs, signal });
    const transport = createTransport({
      ...{ host, port, secure: settings.security === 'tls', requireTLS: settings.security === 'starttls' },
      ignoreTLS: settings.security === 'none',
      // Its address was checked; nodemailer would resolve the name again.
      connection: socket,
      ...{ greetingTimeout: connectMs, connectionTimeout: connectMs, socketTimeout: answerMs },
      ...(auth && { auth }),
      tls: { minVersion: 'TLSv1.2', ...(ca && { ca }) },
      // A mail has no file and no address of a user to read from.
      ...{ disableFileAccess: true, disableUrlAccess: true },
    });
    try {
      await transport.sendMail({ ...mail, signal } as SendMailOptions);
      return { remote: { messageId: String(mail.messageId) } };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw toSmtpFault(error, host, secrets.password === undefined ? [] : [secrets.password]);
    } finally {
      transport.close();
      socket.destroy();
    }
  },
};

/** The user and password; none when the server needs none. Errors: a DeliveryFault when the password would be readable on its way. */
function authOf({ settings, secrets }: DeliveryOptions<Settings, Secrets>) {
  const { username, security } = settings;
  if (username === undefined) return undefined;
  if (security !== 'none') return { user: username, pass: secrets.password ?? '' };
  throw new DeliveryFault(
    'CHANNEL_SIGN_IN_REFUSED',
    'A password is never sent without TLS: set security to starttls or tls, or remove the user name.',
    { permanent: true },
  );
}

/** The authorities that Node trusts, and one more. `ca` alone would replace them. */
async function trusted(certificate: string): Promise<string[]> {
  const { rootCertificates } = await import('node:tls');
  return [...rootCertificates, certificate];
}

/** The mail of a delivery, the same in all attempts. Errors: a DeliveryFault without a recipient, or with one that is no address. */
async function mailOf(
  delivery: Delivery,
  { settings, readPicture }: Pick<DeliveryOptions<Settings, Secrets>, 'settings' | 'readPicture'>,
): Promise<SendMailOptions> {
  const { key, content, recipient = settings.to, createdAt } = delivery;
  if (recipient === undefined)
    throw new DeliveryFault('CHANNEL_TARGET_UNKNOWN', 'The channel has no default recipient.', {
      permanent: true,
    });
  if (!isMailAddress(recipient))
    throw new DeliveryFault('MESSAGE_REFUSED', 'The recipient is not an e-mail address.', {
      permanent: true,
    });
  const { facts } = content;
  const { headline, lines } = linesOf(content, 'html');
  const status = statusOf(delivery);
  const links = linksOf(delivery);
  const domain = settings.from.slice(settings.from.lastIndexOf('@') + 1);
  const picture = await pictureOf(delivery, readPicture);
  const thread = threadOf(delivery, domain);
  return {
    from: { name: settings.senderName, address: settings.from },
    to: recipient,
    envelope: { from: settings.from, to: [recipient] },
    subject: subjectOf(delivery),
    messageId: `<${key}@${domain}>`,
    date: new Date(createdAt ?? Date.now()),
    ...(thread && { references: thread, inReplyTo: thread }),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'List-Id': `matre <matre.${domain}>`,
    },
    text: [content.text.trimEnd(), ...links.map(({ label, url }) => `${label}: ${url}`)].join('\n\n'),
    html: mailHtml({ status, headline, lines, links, facts, picture: picture?.cid }),
    ...(picture && { attachments: [picture] }),
  };
}

/** The first line of the message, with the status in words before it. */
function subjectOf(delivery: Delivery): string {
  const [first = ''] = delivery.content.text.trim().split('\n');
  const status = statusOf(delivery);
  const headline = first.trim() || delivery.content.facts.headline;
  return shorten(visible(status === undefined ? headline : `${status.word}: ${headline}`), 200);
}

/**
 * The id that all mails about one submission, alert or reservation refer to, so that mail programs show them together. No mail has it: that of the
 * first one is not known to a mail which overtakes it.
 */
function threadOf({ content: { facts } }: Delivery, domain: string): string | undefined {
  if (facts.kind === 'submission') return `<submission-${facts.submission.id}.matre@${domain}>`;
  if (facts.kind === 'reservation') return `<reservation-${facts.reservation.id}.matre@${domain}>`;
  return facts.kind === 'alert' && facts.alert.id > 0
    ? `<alert-${facts.alert.id}.matre@${domain}>`
    : undefined;
}

/** The screenshot of the first failure, for a submission that is finished. */
async function pictureOf(
  { key, content: { facts } }: Delivery,
  readPicture: DeliveryOptions<Settings, Secrets>['readPicture'],
) {
  if (facts.kind !== 'submission' || facts.phase !== 'finished') return undefined;
  const screenshot = facts.firstFailure?.screenshot;
  if (!screenshot) return undefined;
  const bytes = await readPicture(screenshot);
  if (bytes === undefined) return undefined;
  const isPng = screenshot.path.toLowerCase().endsWith('.png');
  return {
    cid: `failure-${key}@matre`,
    filename: isPng ? 'first-failure.png' : 'first-failure.jpg',
    contentType: isPng ? 'image/png' : 'image/jpeg',
    content: Buffer.from(bytes),
    contentDisposition: 'inline' as const,
  };
}
