import { checks } from '../src/doctor/checks.ts';
import { selfRepairs } from '../src/doctor/self-repair.ts';
import { type FaultCode, faults } from '../src/faults/fault.ts';
import { type GuideRow, guide } from '../test/support/guide.ts';

/** Generates docs/troubleshooting.md from the registries of checks and errors. */
export function troubleshootingPage(): string {
  return `${introduction}
## What people see

| what is seen | matre |
| --- | --- |
${symptoms().join('\n')}

## Checks

In the order of what depends on what: the first problem is the one to mend first.

| check | looks at | tells | with \`--fix\` |
| --- | --- | --- | --- |
${checks.map(checkRow).join('\n')}

## What runs mend by themselves

These are events of a run (\`matre show ID\`), never failed tests.

| event | meaning |
| --- | --- |
${Object.entries(selfRepairs)
  .map(([code, { means }]) => `| \`${code}\` | ${cell(means)} |`)
  .join('\n')}

## How each is proven

What operators met before, cause by cause, with the test that brings it about for real. \`npx tsx bench/guide.ts\` measures how long each
takes to be found. By the *preflight*: before the first test of a run; by the *queue*: as the reason why a run waits.

| what operators met | brought about | found by | told by | test |
| --- | --- | --- | --- | --- |
${(Object.values(guide) as GuideRow[]).map(guideRow).join('\n')}

## Codes

A run that a code of the second kind hits is \`broken\`, never \`failed\`. Where *again* says so, the cause may pass, and the run is
tried again by itself (\`MATRE_RETRIES\`).

### Wrong use or configuration

${codes('usage')}
### Infrastructure

${codes('infrastructure')}`;
}

const introduction = `# Troubleshooting

<!-- Made by \`npm run docs\` from src/doctor and src/faults/fault.ts. Edit there. -->

    matre doctor                          looks for every cause below, and changes nothing
    matre doctor --env preprod-us         only what concerns one environment
    matre doctor --fix                    mends what is safe: only what is ours, and nothing that a run uses
    matre doctor --json                   for programs

Each check says what it looked at and what it saw, and of a problem its code, what it means and the command or setting that mends
it. The exit code is 0 when every check could look and found no problem, else 2; a warning keeps nothing from
working and counts as none. The same at \`GET /api/doctor\` and \`POST /api/doctor/fix\`.
`;

function symptoms(): string[] {
  const fromChecks = checks.flatMap(({ name, symptoms: seenAs, codes }) =>
    seenAs.map((seen) => `| ${cell(seen)} | check \`${name}\`: ${codes.map(code).join(', ')} |`),
  );
  const fromRuns = Object.entries(selfRepairs).flatMap(([event, { symptoms: seenAs }]) =>
    seenAs === undefined ? [] : [`| ${cell(seenAs)} | mended by the run: \`${event}\` |`],
  );
  return [...fromChecks, ...fromRuns];
}

function guideRow({
  symptom: met,
  cause,
  detectedBy: found,
  code: fromChecks,
  test: [file, title],
}: GuideRow): string {
  return `| ${cell(met)} | ${cell(cause)} | ${found} | ${code(fromChecks)} | \`test/${file}\`: ${cell(title.replace(': %s', ''))} |`;
}

function checkRow({ name, description, codes, fix }: (typeof checks)[number]): string {
  return `| \`${name}\` | ${cell(description)} | ${codes.map(code).join(', ')} | ${cell(fix ?? '')} |`;
}

function codes(kind: 'usage' | 'infrastructure'): string {
  const rows = (Object.keys(faults) as FaultCode[])
    .filter((name) => faults[name].kind === kind)
    .map((name) => {
      const { meaning, remedy, transient: passing } = faults[name];
      return `| ${code(name)} | ${cell(meaning)} | ${cell(remedy)} | ${passing ? 'yes' : ''} |`;
    });
  return `| code | what it means | what to do | again |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

const code = (name: string) => `\`${name}\``;
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
