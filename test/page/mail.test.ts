import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/messages/channels/channel.ts';
import { mailHtml } from '../../src/messages/channels/email/mail-html.ts';
import { linesOf } from '../../src/messages/channels/layout/fit.ts';
import { linksOf } from '../../src/messages/channels/layout/links.ts';
import { statusOf } from '../../src/messages/channels/layout/status.ts';
import { renderMessage } from '../../src/messages/templates/render.ts';
import type { MessageFacts, SubmissionFacts } from '../../src/model/message-facts.ts';
import { sampleFacts } from '../support/channels/submission-facts.ts';
import { expectAccessible, expectFits, noBrowserReason, startBrowser, type TestBrowser } from './chromium.ts';

/** A picture as wide as a browser: 1,280 pixels. */
const picture = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720"/>')}`;

/** A mail with its picture in itself, as a mail program shows it. */
function mailOf(facts: MessageFacts): string {
  const content = renderMessage({ facts, purpose: 'post', markup: 'html', source: undefined });
  const delivery: Delivery = { key: 'k', purpose: 'post', repeat: false, content };
  const parts = { status: statusOf(delivery), links: linksOf(delivery), facts, picture: 'p' };
  return mailHtml({ ...parts, ...linesOf(content, 'html') }).replace('cid:p', picture);
}

describe.skipIf(noBrowserReason)('a mail', () => {
  let browser: TestBrowser;
  let folder: string;
  beforeAll(async () => {
    browser = await startBrowser();
    folder = mkdtempSync(join(tmpdir(), 'matre-mail-'));
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    [360, 'light'],
    [360, 'dark'],
    [700, 'light'],
    [700, 'dark'],
  ] as const)('of %i pixels fits its window and can be read in a %s scheme', async (width, colorScheme) => {
    const page = await browser.open('about:blank', { viewport: { width, height: 900 }, colorScheme });
    for (const [sort, facts] of Object.entries(sampleFacts)) {
      const path = join(folder, 'mail.html');
      writeFileSync(path, mailOf(facts));
      await page.goto(`file://${path}`);
      await expectFits(page, sort);
      await expectAccessible(page, sort);
    }
    await page.context().close();
  });

  it('shows hostile names and messages as they are', async () => {
    const path = join(folder, 'hostile.html');
    const facts = sampleFacts['hostile'] as SubmissionFacts;
    writeFileSync(path, mailOf(facts));
    const page = await browser.open(`file://${path}`);
    const text = await page.innerText('body');
    const messages = facts.runs.flatMap(({ failures }) => failures.map(({ message }) => message));
    expect(messages.length).toBeGreaterThan(5);
    for (const message of messages.filter((each) => !each.includes('\n'))) expect(text).toContain(message);
    expect(await page.locator('script, img[src^="http"], a[href*="evil"]').count()).toBe(0);
    await page.context().close();
  });
});
