import { z } from 'zod';
import { forgeAddress, forgeSettings } from '../../statuses/status-target.ts';
import { isRsaKey } from './app-token.ts';

export const githubSettings = z.strictObject({
  baseUrl: forgeAddress.default('https://github.com').meta({
    title: 'Address',
    description: 'Of GitHub, such as https://github.example.com of GitHub Enterprise',
  }),
  apiUrl: forgeAddress
    .optional()
    .describe(
      'Address of its API; by default https://api.github.com, or /api/v3 of GitHub Enterprise Server',
    ),
  ...forgeSettings,
  appId: z
    .string()
    .regex(/^[\w.]{1,100}$/, 'must be the id or the client id of a GitHub App')
    .optional()
    .meta({ title: 'Id of the App', description: 'Of a GitHub App, whose private key is the secret' }),
  annotations: z
    .boolean()
    .default(true)
    .describe('Check runs of an App annotate the lines of failed tests, in commits of the test module'),
});
export type GithubSettings = z.output<typeof githubSettings>;

export const githubSecrets = z
  .strictObject({
    token: z
      .string()
      .regex(/^[\x21-\x7e]{1,500}$/, 'must be a token')
      .optional()
      .describe('A token with the rights to write commit statuses and pull requests'),
    privateKey: z
      .string()
      .max(10_000)
      .refine(isRsaKey, 'must be the private key of a GitHub App, in PEM')
      .optional()
      .meta({
        format: 'lines',
        description: 'Instead of a token: that of a GitHub App, whose id is in the settings',
      }),
  })
  .refine(
    ({ token, privateKey }) => (token === undefined) !== (privateKey === undefined),
    'must be either a token or the private key of an App',
  );
export type GithubSecrets = z.output<typeof githubSecrets>;
