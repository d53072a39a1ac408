import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { isFault } from '../../faults/fault.ts';
import { readProjectFile } from './read-project-file.ts';

const read = (content: string) => readProjectFile('matre.yml', content);
const refusal = (content: string) =>
  read(content).then(
    () => 'accepted',
    (error) => (isFault(error, 'PROJECT_FILE_INVALID') ? error.message : String(error)),
  );

const shop = '  us:\n    baseUrl: https://us.example.com\n    adminUsername: matre\n';

describe('a matre.yml', () => {
  it('has environments, selections and schedules, with the defaults of the operations', async () => {
    const { project } = await read(`# of the storefront team
project: storefront
environments:
${shop}selections:
  nightly:
    selection: { patterns: ["Storefront*Test"], severities: [BLOCKER] }
    environments: &shops [us]
schedules:
  each night: { cron: "0 2 * * *", saved: nightly, environments: *shops }
`);
    expect(project).toMatchObject({
      project: 'storefront',
      environments: { us: { baseUrl: 'https://us.example.com/', backendName: 'admin', slots: 1 } },
      selections: { nightly: { selection: { all: false, patterns: ['Storefront*Test'] }, priority: 0 } },
      schedules: { 'each night': { zone: 'UTC', overlap: 'skip', environments: ['us'] } },
    });
    expect((await read('')).project).toEqual({
      ...{ project: 'matre.yml', environments: {}, selections: {}, schedules: {}, hooks: {} },
    });
  });

  it('is as its documentation shows', async () => {
    const page = await readFile(join(import.meta.dirname, '../../../docs/project-file.md'), 'utf8');
    const example = page.split('```yaml\n')[1]?.split('```')[0] ?? '';
    const { project } = await read(example);
    expect(Object.keys(project.schedules)).toEqual(['each night', 'each hour']);
  });

  it.each([
    ['environments: [', /^matre\.yml:1:\d+: /],
    ['a: 1\na: 2', /^matre\.yml:2:1: .*unique/],
    ['# nothing\n\nproject: x\nothers: {}', /^matre\.yml:4:1: others: others is not a known field\.$/],
    [
      `environments:\n${shop}    adminPassword: hunter2`,
      /^matre\.yml:5:5: environments\.us\.adminPassword: adminPassword is a secret.*Remove it; `matre env edit/,
    ],
    [`environments:\n${shop}    variables: {}`, /^matre\.yml:5:5: .*variables may be secret/],
    [
      'environments:\n  us:\n    baseUrl: https://u:hunter2@example.com/\n    adminUsername: m',
      /^matre\.yml:3:5: environments\.us\.baseUrl: has a password, which a file in a repository must not have/,
    ],
    [
      'environments:\n  us:\n    baseUrl: https://example.com/',
      /^matre\.yml:2:3: environments\.us\.adminUsername: /,
    ],
    ['environments: { "US!": {} }', /^matre\.yml:1:17: environments\.US!: .*lower-case/],
    [
      'selections:\n  a:\n    patterns: ["A*"]',
      /^matre\.yml:2:3: .*; matre\.yml:3:5: .*belongs into selection/,
    ],
    [
      'selections:\n  a:\n    selection:\n      patterns:\n        - A*\n        - "*"',
      /^matre\.yml:6:11: selections\.a\.selection\.patterns\.1: matches every name/,
    ],
    [
      'schedules:\n  a: { cron: "@daily", selection: { all: true } }',
      /^matre\.yml:2:3: .*environments, or saved/,
    ],
    [
      'schedules:\n  a: { cron: "@daily", environments: [us] }',
      /^matre\.yml:2:3: .*either saved or selection/,
    ],
    ['project: &a x\nenvironments: *b', /^matre\.yml:\d+:\d+: .*[Aa]lias/],
    ['project: !!js/function x', /^matre\.yml:1:10: /],
    ['%YAML 1.1\n---\nproject: x\n...\n---\nproject: y', /^matre\.yml:/],
  ])('%j is refused with the line and column', async (content, message) => {
    const text = await refusal(content);
    expect(text).toMatch(message);
    expect(text).not.toContain('hunter2');
  });

  it('is refused when it nests deeply, however it is written', async () => {
    for (const content of [
      '- '.repeat(20_000),
      '['.repeat(20_000),
      '{a: '.repeat(10_000),
      '? '.repeat(20_000),
      Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    ]) {
      expect(await refusal(content)).toMatch(/^matre\.yml:\d+:\d+: nests deeper than 16 levels\.$/);
    }
  });

  it('is refused when its aliases multiply', async () => {
    const lines = Array.from({ length: 9 }, (_, index) => {
      const item = index === 0 ? 'us' : `*a${index - 1}`;
      return `x${index}: &a${index} [${Array(9).fill(item).join(', ')}]`;
    });
    expect(await refusal(lines.join('\n'))).toMatch(/^matre\.yml:1:1: .*alias/);
  });

  it('is refused or read, whatever it is', async () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .array(
          fc.constantFrom(
            'a: ',
            '- ',
            '[',
            ']',
            '{',
            '}',
            '\n',
            ' ',
            '&a ',
            '*a',
            '? ',
            '"',
            '|\n',
            '#',
            '!!x ',
            '---\n',
          ),
        )
        .map((parts) => parts.join('')),
      fc
        .record({ project: json, environments: json, selections: json, schedules: json })
        .map((value) => stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(text, async (content) => {
        expect(await refusal(content)).toMatch(/^(?:accepted|matre\.yml:\d+:\d+: )/);
      }),
      { numRuns: 1_000 },
    );
  });
});
