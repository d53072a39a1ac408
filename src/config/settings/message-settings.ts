import { addressRangeOr, anyText, list } from '../setting-parsers.ts';
import { optional, setting } from './setting.ts';

/**
 * The settings of outgoing messages and of the requests of hooks: a part of the table of settings. The proxy has the names that other
 * programs use.
 */
export const messageSettings = {
  MATRE_MESSAGES_ALLOWED_NETWORKS: setting({
    group: 'Messages',
    schema: list(addressRangeOr('public', 'private')),
    default: 'public,private',
    description:
      'The addresses that messages may be sent to: public, private (such as 10.0.0.0/8), and networks such as 10.1.0.0/16. Addresses of this machine, link-local ones and those that serve the metadata of clouds are refused unless a network names them (docs/security.md).',
  }),
  MATRE_HOOKS_ALLOWED_NETWORKS: setting({
    group: 'Messages',
    schema: list(addressRangeOr('public', 'private')),
    default: 'public,private',
    description:
      'The addresses that HTTP requests of hooks may be sent to, as MATRE_MESSAGES_ALLOWED_NETWORKS. A shop or a deployment server on the machine of matre needs its address here: public,private,127.0.0.1 (docs/hooks.md).',
  }),
  HTTPS_PROXY: optional({
    group: 'Messages',
    schema: anyText,
    alias: 'https_proxy',
    secret: 'credentials',
    description:
      'The proxy for messages and requests of hooks to https:// addresses, such as http://proxy.example.com:3128. E-mail does not use it.',
  }),
  HTTP_PROXY: optional({
    group: 'Messages',
    schema: anyText,
    alias: 'http_proxy',
    secret: 'credentials',
    description: 'The proxy for messages and requests of hooks to http:// addresses.',
  }),
  NO_PROXY: optional({
    group: 'Messages',
    schema: anyText,
    alias: 'no_proxy',
    description:
      'Hosts without a proxy, separated by commas: names, which include all names below them, addresses and networks, each possibly with a port; * for all.',
  }),
};
