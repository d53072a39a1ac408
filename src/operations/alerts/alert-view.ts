import { z } from 'zod';
import { type Alert, alertKinds } from '../../model/alert.ts';
import { time } from '../core/fields.ts';

export const alertView = z.object({
  id: z.number(),
  kind: z.enum(alertKinds),
  subject: z.string().describe('What it is about, in a few words'),
  message: z.string().describe('What is wrong; of an alert that ended, as it was seen last'),
  action: z.string().describe('What to do'),
  page: z.string().describe('Path of the page that shows more'),
  url: z.string().nullable().describe('Its address; null without MATRE_PUBLIC_URL'),
  startedAt: time.describe('When it was seen first'),
  lastSeenAt: time,
  endedAt: time.nullable().describe('null while it is open'),
  endReason: z.string().nullable().describe('Why it ended'),
});

export type AlertView = z.output<typeof alertView>;

export function viewAlert(
  { keys: _keys, startedAt, lastSeenAt, endedAt, endReason, ...alert }: Alert,
  publicUrl: string | undefined,
): AlertView {
  return {
    ...alert,
    url: publicUrl === undefined ? null : `${publicUrl}${alert.page}`,
    startedAt: startedAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    endReason: endReason ?? null,
  };
}
