import { expect, it } from 'vitest';
import { loadConfig } from '../../config/load-config.ts';
import type { CheckContext } from '../check-context.ts';
import { storesOpen } from './stores-open.ts';

const subjectsOf = async (environment: Record<string, string>) => {
  const config = loadConfig({ environment, file: '/dev/null' });
  const containers = async () => ({ engine: { kind: 'sandbox' } });
  const context = { config, locks: { kind: 'redis' }, containers } as unknown as CheckContext;
  return (await storesOpen.run(context)).map((finding) => 'about' in finding && finding.about);
};

it.each([
  ['as the server does, with auto', {}, ['Redis', 'API']],
  ['as the server does, with a public address', { MATRE_PUBLIC_URL: 'https://matre.example.com' }, ['Redis']],
  [
    'open, with settings that no server starts with',
    { MATRE_SIGN_IN: 'off', MATRE_HOST: '0.0.0.0' },
    ['Redis', 'API'],
  ],
])('sees the API %s', async (_, settings, subjects) => {
  expect(
    await subjectsOf({ LOCK_DSN: 'redis://127.0.0.1:6379', ...settings } as Record<string, string>),
  ).toEqual(subjects);
});
