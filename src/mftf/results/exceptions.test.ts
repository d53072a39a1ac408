import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readExceptions } from './exceptions.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'matre-exceptions-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The messages of the attachments of a test, of which MFTF attaches the last exception first. */
async function messagesOf(...texts: string[]): Promise<string[]> {
  const paths = texts.map((text, index) => {
    const path = join(folder, String(index));
    writeFileSync(path, text);
    return path;
  });
  return readExceptions(paths);
}

const bytes = (text: string) => Buffer.byteLength(text);
/** An exception as PHP serializes it; `length` is that of the message. */
const serialized = (message: string, { name = 'message', length = bytes(message) } = {}) =>
  `O:44:"PHPUnit\\Framework\\ExpectationFailedException":6:{s:${bytes(name)}:"${name}";s:${length}:"${message}";s:4:"code";i:0;s:4:"file";s:9:"/A/B.php";}`;

test.each([
  ['public', 'message'],
  ['protected', '\0*\0message'],
])('reads the message of a serialized exception in a %s property', async (_, name) => {
  const message = 'Failed asserting that "Größe";s:4:"code" contains "10 €".';
  expect(await messagesOf(serialized(message, { name }))).toEqual([message]);
});

test('reads the message of a serialized exception in which a secret was hidden', async () => {
  expect(await messagesOf(serialized('The password *** is wrong', { length: 40 }))).toEqual([
    'The password *** is wrong',
  ]);
});

test('an exception without a message is named by its class', async () => {
  const text = 'Facebook\\WebDriver\\Exception\\TimeOutException: \n#0 /var/www/html/a.php(1)';
  expect(await messagesOf(serialized(''), text)).toEqual([
    'TimeOutException without a message',
    'ExpectationFailedException without a message',
  ]);
});

test.each([
  ['cut off in the message', serialized('Long').slice(0, serialized('Long').indexOf('Long') + 2), 'Lo'],
  ['not an exception', 'O:3:"Abc":0:{}', 'O:3:"Abc":0:{}'],
  ['text', 'Magento\\FastFailException: No shop\n#0 /a.php(1)', 'No shop'],
])('reads what is %s', async (_, text, message) => {
  expect((await messagesOf(text))[0]).toContain(message);
});
