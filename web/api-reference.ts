import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/**
 * What Scalar does against the content security policy of the page, and what it does instead: a probe whether code can be
 * evaluated, and style attributes in markup. Its version is pinned, so each occurs.
 */
const replacements = [
  ['try{return new Function(""),!0}catch(e){return!1}', 'return!1'],
  [
    '.setAttribute("style","width:30px;height:30px;overflow-y:scroll;")',
    '.style.cssText="overflow-y:scroll"',
  ],
  ['.setAttribute("style","width:100%;height:40px")', '.style.cssText="width:100%;height:40px"'],
  ['e.properties.style=[`--line-count:', 'e.properties.dataLines=[`'],
] as const;

/** Writes the script of Scalar, which shows the description of the API, to `api-docs/scalar.js`. */
export function apiReference(): Plugin {
  return {
    name: 'api-reference',
    apply: 'build',
    async writeBundle({ dir = '' }) {
      const module = fileURLToPath(import.meta.resolve('@scalar/fastify-api-reference'));
      const script = await readFile(join(module, '../js/standalone.js'), 'utf8');
      const adapted = Buffer.from(replacements.reduce(replaceEach, script));
      const folder = join(dir, 'api-docs');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'scalar.js'), adapted);
      // Not with Brotli: it takes ten seconds for this file.
      await writeFile(join(folder, 'scalar.js.gz'), gzipSync(adapted, { level: 9 }));
    },
  };
}

function replaceEach(script: string, [from, to]: (typeof replacements)[number]): string {
  if (!script.includes(from))
    throw new Error(`Scalar has no ${from}. Look how this version of it does that.`);
  return script.replaceAll(from, to);
}
