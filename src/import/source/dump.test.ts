import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dumpOf } from '../../../test/support/php-matre.ts';
import { isFault } from '../../faults/fault.ts';
import { openDump } from './dump.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'matre-dump-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(content: string | Buffer, bytes?: number) {
  const path = join(folder, 'dump.sql');
  await writeFile(path, content);
  const rows: { table: string; row: Record<string, string | null> }[] = [];
  for await (const row of openDump(path, bytes === undefined ? {} : { bytes }).rows()) rows.push(row);
  return rows;
}

const refusal = (content: string | Buffer) =>
  read(content).then(
    () => 'accepted',
    (error) => (isFault(error, 'IMPORT_SOURCE_INVALID') ? error.message : String(error)),
  );

const create = 'CREATE TABLE `matre_users` (\n  `id` int,\n  `username` text,\n  KEY `x` (`id`)\n);\n';

describe('a dump', () => {
  it('has the values that were written, wherever its pieces end', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.string({
        unit: fc.constantFrom("'", '\\', '"', '\n', '\0', ';', ',', '(', ')', '`', '--', '/*', 'é', '💥'),
      }),
    );
    const result = fc.record({ id: fc.nat(), test_name: text, error_message: fc.option(text) });
    const variable = fc.record({ id: fc.nat(), name: text, value: text });
    await fc.assert(
      fc.asyncProperty(
        ...[fc.array(result, { maxLength: 8 }), fc.array(variable, { maxLength: 4 })],
        ...[fc.integer({ min: 1, max: 3 }), fc.integer({ min: 16, max: 400 }), fc.boolean()],
        async (results, variables, rowsPerStatement, bytes, compressed) => {
          const tables = { matre_test_results: results, matre_global_env_variables: variables };
          const dump = dumpOf(tables, { rowsPerStatement });
          const rows = await read(compressed ? gzipSync(dump) : dump, bytes);
          const of = (table: string) => rows.filter((each) => each.table === table).map(({ row }) => row);
          expect(of('matre_test_results')).toMatchObject(
            results.map(({ id, test_name, error_message }) => ({ id: String(id), test_name, error_message })),
          );
          expect(of('matre_global_env_variables')).toMatchObject(
            variables.map(({ id, name, value }) => ({ id: String(id), name, value })),
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each([
    ["INSERT INTO `matre_users` (`username`, `id`) VALUES ('a',1);", [{ id: '1', username: 'a' }]],
    [
      "INSERT INTO matre_users VALUES (1,_binary 'a'), (2, 0x6262);",
      [
        { id: '1', username: 'a' },
        { id: '2', username: 'bb' },
      ],
    ],
    [
      "INSERT IGNORE INTO `db`.`matre_users` VALUES (1,'it''s') ON DUPLICATE KEY UPDATE id=1;",
      [{ id: '1', username: "it's" }],
    ],
    [
      "DELIMITER ;;\nCREATE TRIGGER x BEGIN INSERT INTO `y` VALUES (';'); END ;;\nDELIMITER ;\nINSERT INTO `matre_users` VALUES (1,NULL);",
      [{ id: '1', username: null }],
    ],
  ])('%s is read', async (statement, expected) => {
    expect((await read(create + statement)).map(({ row }) => row)).toEqual(expected);
  });

  it('is read in linear time where statements have a delimiter of their own', async () => {
    const body = 'x\n'.repeat(1_500_000);
    const dump = `${create}DELIMITER ;;\nCREATE TRIGGER x BEGIN ${body} END ;;\nDELIMITER ;\nINSERT INTO \`matre_users\` VALUES (1,'a');`;
    expect(await read(dump)).toHaveLength(1);
  });

  it('in latin1 is read as such', async () => {
    const dump = `/*!40101 SET NAMES latin1 */;\n${create}INSERT INTO \`matre_users\` VALUES (1,'M\xfcller \x80');\n`;
    expect((await read(Buffer.from(dump, 'latin1')))[0]?.row['username']).toBe('Müller €');
  });

  it.each([
    ['', /has no tables/],
    ['hello world', /statement that does not end/],
    ['<?xml version="1.0"?>;', /has no tables/],
    [`${create}INSERT INTO \`matre_users\` VALUES (1,'a'`, /row that does not end/],
    [`${create}INSERT INTO \`matre_users\` VALUES (1);`, /1 values/],
    [`${create}INSERT INTO \`matre_users\` VALUES (1,"x");`, /row that does not end/],
    [`${create}INSERT INTO \`matre_users\` VALUES (1,"x");${' '.repeat(99)}`, /is not a value/],
    ["INSERT INTO `matre_users` VALUES (1,'a');", /does not say which columns matre_users has/],
    ['/*!40101 SET NAMES sjis */;', /character set sjis/],
    [Buffer.from([0x1f, 0x8b, 8, 0, 1, 2]), /cannot be read/],
    [Buffer.from(`\ufeff${create}`, 'utf16le'), /UTF-16/],
    [Buffer.from('PK\u0003\u0004'), /zip archive/],
    [
      Buffer.from(`${create}INSERT INTO \`matre_users\` VALUES (1,'M\xfcller');`, 'latin1'),
      /matre_users\.username is not UTF-8/,
    ],
  ])('%j is refused', async (content, message) => {
    expect(await refusal(content)).toMatch(message);
  });

  it('that is cut shows no value', async () => {
    const message = await refusal(`${create}INSERT INTO \`matre_users\` VALUES (1,'tok-12345678`);
    expect(message).toContain('"(1,\'" is a row that does not end');
  });

  it.each([
    ['with comments', dumpOf({ matre_users: [{ id: 1 }, { id: 2 }] }, { rowsPerStatement: 1 })],
    [
      'without comments',
      `/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;\n${create}INSERT INTO \`matre_users\` VALUES (1,'a');\n/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;\n`,
    ],
  ])('%s that is cut after a statement is refused', async (_, dump) => {
    const lines = dump.split('\n');
    const ends = lines.flatMap((line, index) => (line.endsWith(';') ? [index + 1] : []));
    for (const end of ends.slice(0, -1)) {
      expect(await refusal(lines.slice(0, end).join('\n')), String(end)).toMatch(/is cut/);
    }
    expect(await refusal(dump)).toBe('accepted');
  });

  it('is read or refused, whatever it is', async () => {
    const piece = fc.constantFrom(
      ...[
        'INSERT INTO `matre_users` VALUES ',
        '(',
        ')',
        ',',
        ';',
        "'",
        '"',
        '`',
        '\\',
        '--',
        '/*',
        '*/',
        '/*!',
        '#',
        '\n',
        '1',
        'NULL',
      ],
      ...['DELIMITER ;;\n', create, "('a',1)", 'x'],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        expect(await refusal(pieces.join(''))).not.toMatch(/^\w*Error/);
      }),
      { numRuns: 300 },
    );
  });
});
