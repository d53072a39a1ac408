import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/mftf/redaction/redactor.ts';
import { fetchOutput } from '../../src/mftf/run/output.ts';
import { maxOutputFiles } from '../../src/model/limits.ts';
import { localEngine } from '../support/local-engine.ts';

describe('the output of a process', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'matre-output-'));
    mkdirSync(join(folder, 'from/more'), { recursive: true });
    writeFileSync(join(folder, 'from/report.xml'), '<testsuites/>');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const fetch = async (secrets: string[] = [], limits?: Parameters<typeof fetchOutput>[5]) =>
    fetchOutput(
      localEngine(),
      'here',
      join(folder, 'from'),
      join(folder, 'to'),
      await createRedactor(secrets),
      limits,
    );
  /** Two of three tests of the number of files have few: ten thousand take 7 s of CPU. */
  const fewFiles = { maxBytes: 1024 ** 2, maxFiles: 100, essentialPaths: ['report.xml', 'allure-results'] };
  const count = () =>
    readdirSync(join(folder, 'to'), { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
      .length;

  it('is kept up to the limit', async () => {
    for (let at = 1; at < fewFiles.maxFiles; at += 1) writeFileSync(join(folder, `from/more/${at}.txt`), '');
    expect(await fetch([], fewFiles)).toEqual([]);
    expect(count()).toBe(fewFiles.maxFiles);
  });

  it('has no secret, except in pictures', async () => {
    const secret = 's3cret-value';
    // The name of an anonymous class in PHP.
    writeFileSync(join(folder, 'from/exception'), `class@anonymous\0/x.php ${secret}`);
    const picture = Buffer.from(`\x89PNG\r\n${secret}`, 'latin1');
    writeFileSync(join(folder, 'from/picture'), picture);
    await fetch([secret]);
    expect(readFileSync(join(folder, 'to/exception'), 'utf8')).toBe('class@anonymous\0/x.php [hidden]');
    expect(readFileSync(join(folder, 'to/picture')).equals(picture)).toBe(true);
  });

  it('invariant 10: has no secret in the names of files', async () => {
    writeFileSync(join(folder, 'from/more/of s3cret-value.txt'), 'x');
    await fetch(['s3cret-value']);
    expect(readdirSync(join(folder, 'to/more'))).toEqual(['of [hidden].txt']);
  });

  it('is left out beyond it, except the results', async () => {
    for (let at = 1; at <= fewFiles.maxFiles; at += 1) writeFileSync(join(folder, `from/more/${at}.txt`), '');
    expect(await fetch([], fewFiles)).toEqual([
      { path: 'the rest of the output', reason: 'it has too many files' },
    ]);
    expect(readdirSync(join(folder, 'to'))).toContain('report.xml');
  });

  it('counts what is left out, too', async () => {
    for (let at = 0; at <= maxOutputFiles; at += 1) symlinkSync('/', join(folder, `from/more/${at}`));
    const leftOut = await fetch();
    expect(leftOut.length).toBeLessThanOrEqual(maxOutputFiles + 1);
    expect(leftOut.at(-1)).toMatchObject({ reason: 'it has too many files' });
  });
});
