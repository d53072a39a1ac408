import { matching, url } from '../setting-parsers.ts';
import { optional } from './setting.ts';

/** What a command needs that talks to a server. It checks no others, which takes longer than most commands. */
export const clientSettings = {
  MATRE_URL: optional({
    group: 'Server',
    schema: url('http', 'https'),
    secret: 'credentials',
    description:
      'The server that commands use. Without it that of the current context (`matre context`), else the server that runs on the data folder, if any.',
  }),
  MATRE_TOKEN: optional({
    group: 'Server',
    schema: matching(/^[\x21-\x7e]{16,}$/, 'must be at least 16 characters without blanks'),
    secret: 'whole',
    description:
      'The token that commands send to the server, from `matre token create`. If it is set for the server as well, the server accepts it as a token with the role admin.',
  }),
};
