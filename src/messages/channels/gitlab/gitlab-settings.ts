import { z } from 'zod';
import { forgeAddress, forgeSettings } from '../../statuses/status-target.ts';

export const gitlabSettings = z.strictObject({
  baseUrl: forgeAddress
    .default('https://gitlab.com')
    .meta({ title: 'Address', description: 'Of GitLab, with its folder if it has one' }),
  apiUrl: forgeAddress
    .optional()
    .meta({ title: 'Address of the API', description: 'By default /api/v4 of GitLab' }),
  ...forgeSettings,
});
export type GitlabSettings = z.output<typeof gitlabSettings>;

export const gitlabSecrets = z.strictObject({
  token: z
    .string()
    .regex(/^[\x21-\x7e]{1,500}$/, 'must be a token')
    .describe('An access token of the project or group with the scope api and the role Developer'),
});
export type GitlabSecrets = z.output<typeof gitlabSecrets>;
