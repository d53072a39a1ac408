// Does a test see the downloads of another one? Two environments at once with real browsers, each with as many tests as there are
// rounds. A test downloads a file of the same name, waits for it in `tests/_data/downloads`, uploads it to its shop, and looks for
// its own content there. Counts the tests that passed, and the files that are kept.
//
//   npx tsx bench/downloads.ts [rounds] [driver|grid]        chromedriver, or a Selenium Grid 4 with managed downloads (Java)
//
// Prints a line for each; writes bench/results/downloads.json.
import { fault, moduleTest, openHarness } from '../test/runs/harness.ts';
import { startChromedriver, startGrid } from '../test/support/selenium.ts';
import { writeResults } from './support/figures.ts';

const rounds = Number(process.argv[2] ?? 50);
const kinds = process.argv[3] === undefined ? ['driver', 'grid'] : [process.argv[3]];
const codes = ['downloads-a', 'downloads-b'];

const steps = (round: number) => `<amOnPage url="/prices?round-${round}" stepKey="open"/>
<click selector="a.price-list" stepKey="download"/>${fault('file downloads/prices.csv')}
<amOnPage url="/prices" stepKey="return"/>
<attachFile selector="#file" userInput="downloads/prices.csv" stepKey="attach"/>
<click selector="button.upload" stepKey="upload"/><see userInput="query,round-${round}" selector=".content" stepKey="see"/>`;
const testOf = (round: number) => `Round${round}Test`;

/** What the tests of both environments kept. */
async function measure(kind: string): Promise<{ passed: number; own: number; foreign: number }> {
  const start =
    kind === 'grid' ? () => startGrid({ maxSessions: 2, managesDownloads: true }) : startChromedriver;
  const selenium = await start();
  const module = Object.assign(
    {},
    ...Array.from({ length: rounds }, (_, index) => moduleTest(testOf(index + 1), steps(index + 1))),
  );
  const harness = await openHarness('sandbox', { module, settings: selenium.settings });
  const counts = { passed: 0, own: 0, foreign: 0 };
  try {
    await harness.context.variables.set('global', { name: 'STAND_IN_BROWSER', value: 'yes', secret: false });
    const environments = [];
    for (const code of codes) environments.push(await harness.environment(code));
    const runs = await Promise.all(environments.map((one) => harness.run(one, { groups: ['made'] })));
    for (const [index, { run, results }] of runs.entries()) {
      for (const { test, status, attachments } of results) {
        if (status === 'passed') counts.passed += 1;
        const own = `environment,${codes[index]}\nquery,round-${/\d+/.exec(test)?.[0]}\n`;
        for (const { name, path } of attachments) {
          if (!name.startsWith('Download ')) continue;
          if ((await harness.artifact(run.id, path)) === own) counts.own += 1;
          else counts.foreign += 1;
        }
      }
    }
    return counts;
  } finally {
    await harness.close();
    await selenium.stop();
  }
}

const results: Record<string, Awaited<ReturnType<typeof measure>>> = {};
for (const kind of kinds) {
  const counts = await measure(kind);
  results[kind] = counts;
  console.log(
    `${kind}: ${rounds} rounds on ${codes.length} environments: ${counts.passed} passed, ${counts.own} own files, ${counts.foreign} others (bar: 0)`,
  );
}
const foreign = Object.values(results).reduce((sum, counts) => sum + counts.foreign, 0);
await writeResults('downloads', { metrics: { foreign }, rounds, results });
