import { matching } from '../setting-parsers.ts';
import { optional } from './setting.ts';

/** The settings of tests of Playwright: a part of the table of settings. */
export const playwrightSettings = {
  MATRE_PLAYWRIGHT: optional({
    group: 'Test module',
    schema: matching(
      /^(?:\.|(?!\/)(?!(?:.*\/)?\.\.?(?:\/|$))(?!.*\/\/)[^\0-\x1f\\]{1,500})$/,
      'must be a folder of a test module such as Test/Playwright, or . for the module itself',
    ).transform((text) => text.replace(/\/$/, '')),
    description:
      'The folder of the Playwright project in a test module, . for the module itself (docs/playwright.md). The first test module of an environment with a package.json there has it. Without it there are tests of MFTF only.',
  }),
  MATRE_PLAYWRIGHT_BROWSER: optional({
    group: 'Test module',
    schema: matching(/^\/[^\0-\x1f\\]{1,500}$/, 'must be an absolute path in the container'),
    description:
      'The Chromium in the container that tests of Playwright start, such as /usr/bin/chromium. Without it they use the browsers that Playwright has installed in the image.',
  }),
};
