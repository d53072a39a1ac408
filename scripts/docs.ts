/** Writes the generated pages of docs/. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationPage } from './configuration-page.ts';
import { troubleshootingPage } from './troubleshooting-page.ts';

const pages = { configuration: configurationPage, troubleshooting: troubleshootingPage };
for (const [name, page] of Object.entries(pages)) {
  writeFileSync(join(import.meta.dirname, `../docs/${name}.md`), page());
}
