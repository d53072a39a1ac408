import { type Logger, pino } from 'pino';

export type { Logger };

/** Names of fields whose values never appear in a log line. */
const secretFields = ['password', 'secret', 'token', 'credentials', 'authorization', 'cookie'];

/**
 * Creates the log of a process: JSON lines on standard error (standard output is for the output of a command), or with `pretty`
 * lines for a terminal.
 */
export function createLog(options: { level?: string; pretty?: boolean } = {}): Logger {
  const level = options.level ?? 'info';
  const redact = { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: '[hidden]' };
  if (options.pretty) {
    const transport = {
      target: 'pino-pretty',
      options: { destination: 2, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' },
    };
    return pino({ level, redact, transport });
  }
  return pino({ level, redact, base: { pid: process.pid } }, pino.destination({ dest: 2, sync: true }));
}
