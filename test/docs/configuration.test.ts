import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { configurationPage } from '../../scripts/configuration-page.ts';

it('docs/configuration.md is what `npm run docs` generates from the settings', () => {
  const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
  expect(page).toBe(configurationPage());
});
