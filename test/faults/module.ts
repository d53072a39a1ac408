import type { Random } from './random.ts';

/** The durations of the tests of a module, in seconds; a run has some of them. */
export type Delays = readonly number[];
const shortDelays: Delays = [0.2, 0.3, 0.4, 0.5, 0.7, 1];
/** Longer than a short lease, so that they have to be ended. */
export const longDelays: Delays = [0.5, 4, 5, 6];
const testName = (seconds: number) => `Sleep${String(seconds).replace('.', 'Point')}Test`;

/** A test that fails often, for retries of failed tests. */
export const shakyTest = 'ShakyTest';

/** One to four tests for a run. */
export function someTests(random: Random, delays: Delays = shortDelays): string[] {
  return random.shuffled(delays).slice(0, random.between(1, 4)).map(testName);
}

/** The files of a test module whose tests only take time, by path; with values for the environments of these codes. */
export function createModule(codes: string[], delays: Delays = shortDelays): Record<string, string> {
  const values = (code: string): [string, string] => [
    `Cron/data/.env.${code}`,
    `MAGENTO_BACKEND_NAME=admin\nMATRE_JOURNAL=/journal/${code}.jsonl\nSLEEPS_JOURNAL=/journal/${code}.jsonl\n`,
  ];
  const test = (name: string, sentence: string): [string, string] => [
    `Test/Mftf/Test/${name}.xml`,
    `<?xml version="1.0" encoding="UTF-8"?>
<tests xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="urn:magento:mftf:Test/etc/testSchema.xsd">
    <test name="${name}">
        <annotations><features value="Sleeps"/><group value="sleep"/></annotations>
        <comment userInput="stand-in: ${sentence}" stepKey="sleep"/>
    </test>
</tests>
`,
  ];
  return Object.fromEntries([
    ...codes.map(values),
    ...delays.map((seconds) => test(testName(seconds), `sleep ${seconds}`)),
    test(shakyTest, 'fail 70'),
  ]);
}
