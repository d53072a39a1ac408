import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** How a mail server is away. */
export type SmtpOutage =
  | 'none'
  /** Each connection is closed at once. */
  | 'reset'
  /** 421 instead of a greeting. */
  | 'busy'
  /** Connections are accepted and never answered. */
  | 'no-answer'
  /** Mails are accepted, and the connection is closed before the answer. */
  | 'lost-answer';

/** A mail that the server accepted. */
export interface ReceivedMail {
  from: string;
  to: string[];
  mail: Email;
  raw: string;
  /** Whether it came over TLS, and who signed in. */
  tls: boolean;
  user: string | undefined;
  /** Milliseconds since 1970. */
  at: number;
}

export interface SmtpStandIn {
  port: number;
  outage: SmtpOutage;
  /** In the order of acceptance; a repeat is in it, too. */
  mails: ReceivedMail[];
  close(): Promise<void>;
}

/** Mails to these local parts are refused, for ever or for now. */
const refusals: Record<string, [code: number, text: string]> = {
  unknown: [550, '5.1.1 there is no such mailbox'],
  full: [452, '4.2.2 the mailbox is full'],
};

/** The largest mail that it accepts; common servers take ten times as much. */
const maxBytes = 4 * 1024 * 1024;

/**
 * A mail server that checks what real ones check: TLS before a password, the user, the recipient, the size, and line ends in headers.
 * `user`: whom it requires to sign in.
 */
export async function startSmtp(options: {
  key: string;
  certificate: string;
  port?: number;
  /** TLS from the start, instead of STARTTLS. */
  secure?: boolean;
  withoutTls?: boolean;
  user?: { name: string; password: string };
}): Promise<SmtpStandIn> {
  const { key, certificate: cert, secure = false, withoutTls = false, user, port = 0 } = options;
  const server = new SMTPServer({
    ...{
      key,
      cert,
      secure,
      size: maxBytes,
      rejectOversized: true,
      disableReverseLookup: true,
      logger: false,
    },
    ...{ authOptional: user === undefined, disabledCommands: withoutTls ? ['STARTTLS'] : [] },
    ...{ allowInsecureAuth: withoutTls, closeTimeout: 1 },
    onConnect(_session, done) {
      if (standIn.outage === 'busy') return done(problem(421, 'too many connections'));
      if (standIn.outage === 'no-answer') return;
      done();
    },
    onAuth({ username, password }, _session, done) {
      if (username === user?.name && password === user?.password) return done(null, { user: username ?? '' });
      done(problem(535, `5.7.8 not the password: ${password}`));
    },
    onRcptTo({ address }, _session, done) {
      const [code, text] = refusals[address.split('@')[0] ?? ''] ?? [];
      done(code === undefined ? null : problem(code, text ?? ''));
    },
    async onData(stream, session, done) {
      const bytes = Buffer.concat(await stream.toArray());
      if (stream.sizeExceeded) return done(problem(552, '5.3.4 too large'));
      const { mailFrom, rcptTo } = session.envelope;
      standIn.mails.push({
        from: mailFrom === false ? '' : mailFrom.address,
        to: rcptTo.map(({ address }) => address),
        mail: await PostalMime.parse(bytes),
        raw: bytes.toString('latin1'),
        tls: session.secure,
        user: typeof session.user === 'string' ? session.user : undefined,
        at: Date.now(),
      });
      if (standIn.outage === 'lost-answer') return destroyAll();
      done(null, 'queued');
    },
  });
  const destroyAll = () => {
    for (const connection of server.connections) connection._socket.destroy();
  };
  // A client that refuses the certificate is not an error of the server.
  server.on('error', () => {});
  server.server.on('connection', (socket) => {
    if (standIn.outage === 'reset') socket.destroy();
  });
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  const standIn: SmtpStandIn = {
    port: (server.server.address() as AddressInfo).port,
    outage: 'none',
    mails: [],
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        destroyAll();
      }),
  };
  return standIn;
}

function problem(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
