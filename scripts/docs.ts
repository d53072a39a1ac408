/** Writes the generated pages of docs/. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationPage } from './configuration-page.ts';
import { troubleshootingPage } from './troubleshooting-page.ts';
import { webhookSchema } from './webhook-schema.ts';

const pages = {
  'configuration.md': configurationPage,
  'troubleshooting.md': troubleshootingPage,
  'webhook.schema.json': webhookSchema,
};
for (const [name, page] of Object.entries(pages)) {
  writeFileSync(join(import.meta.dirname, `../docs/${name}`), page());
}
