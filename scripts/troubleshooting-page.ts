import { checks } from '../src/doctor/checks.ts';
import { selfRepairs } from '../src/doctor/self-repair.ts';
import { type FaultCode, faults } from '../src/faults/fault.ts';
import { type GuideRow, guide } from '../test/support/guide.ts';

/** docs/troubleshooting.md, made from the registries of checks and errors. */
export function troubleshootingPage(): string {
  return `${introduction}
## Symptoms

| symptom | found by |
| --- | --- |
${symptoms().join('\n')}

## Checks

In the order of their dependencies: fix the first problem first.

| check | checks | codes | with \`--fix\` |
| --- | --- | --- | --- |
${checks.map(checkRow).join('\n')}

## What runs repair automatically

These are events of a run (\`matre show ID\`), never failed tests.

| event | meaning |
| --- | --- |
${Object.entries(selfRepairs)
  .map(([code, { means }]) => `| \`${code}\` | ${cell(means)} |`)
  .join('\n')}

## How each is proven

Each known cause of trouble, with the test that really causes it. \`npx tsx bench/guide.ts\` measures how long it takes to
find each. *Preflight*: before the first test of a run. *Queue*: as the reason why a run waits.

| symptom | caused in the test by | found by | code | test |
| --- | --- | --- | --- | --- |
${(Object.values(guide) as GuideRow[]).map(guideRow).join('\n')}

## Codes

A run that an infrastructure code hits is \`broken\`, never \`failed\`. Codes with *retried* are transient: the run is retried
(\`MATRE_RETRIES\`).

### Wrong use or configuration

${codes('usage')}
### Infrastructure

${codes('infrastructure')}`;
}

const introduction = `# Troubleshooting

<!-- Made by \`npm run docs\` from src/doctor and src/faults/fault.ts. Edit there. -->

    matre doctor                          checks every cause below, and changes nothing
    matre doctor --env preprod-us         only what concerns one environment
    matre doctor --fix                    repairs what is safe: only what belongs to matre, and nothing that a run uses
    matre doctor --json                   prints JSON, for programs

Each check reports what it checked and what it found; for a problem also its code, its meaning and the command or setting that
fixes it. The exit code is 0 when every check succeeded and found no problem, else 2. A warning stops nothing now and does not
count as a problem. The API has the same: \`GET /api/doctor\` and \`POST /api/doctor/fix\`.
`;

function symptoms(): string[] {
  const told = checks.flatMap(({ name, symptoms: seenAs, codes }) =>
    seenAs.map((seen) => `| ${cell(seen)} | check \`${name}\`: ${codes.map(code).join(', ')} |`),
  );
  const repaired = Object.entries(selfRepairs).flatMap(([event, { symptoms: seenAs }]) =>
    seenAs === undefined ? [] : [`| ${cell(seenAs)} | repaired by the run: \`${event}\` |`],
  );
  return [...told, ...repaired];
}

function guideRow({ met, cause, found, code: told, test: [file, title] }: GuideRow): string {
  return `| ${cell(met)} | ${cell(cause)} | ${found} | ${code(told)} | \`test/${file}\`: ${cell(title.replace(': %s', ''))} |`;
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
  return `| code | meaning | remedy | retried |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

const code = (name: string) => `\`${name}\``;
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
