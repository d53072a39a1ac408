// How much longer do equal runs on three environments take than one run on one environment? Four workers, the sample
// image and shops; pages of the shops take a second, so tests wait for pages rather than for a processor.
//
//   npx tsx bench/parallel.ts [rounds]        MATRE_ENGINE=docker|sandbox|auto, DOCKER_HOST as for matre
//
// Prints a line for each round and the median; writes bench/results/parallel.json.
import { median, writeResults } from './support/figures.ts';
import { openInstallation } from './support/installation.ts';

const rounds = Number(process.argv[2] ?? 3);
const installation = await openInstallation({ codes: ['bench-a', 'bench-b', 'bench-c'], latencyMs: 1_000 });
const { environments, engine, measure } = installation;
const selection = { groups: ['checkout'] };

try {
  // Creates the containers and reads the catalog before anything is measured.
  await measure(environments, selection);
  const ratios: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const { seconds: one } = await measure(environments.slice(0, 1), selection);
    const { seconds: three } = await measure(environments, selection);
    ratios.push(three / one);
    console.log(
      `round ${round}: one ${one.toFixed(1)} s, three ${three.toFixed(1)} s, ratio ${(three / one).toFixed(2)}`,
    );
  }
  const ratio = median(ratios);
  console.log(`engine ${engine.kind}, median ratio ${ratio.toFixed(2)} (bar: at most 1.3)`);
  await writeResults('parallel', { metrics: { ratio }, engine: engine.kind, ratios });
} finally {
  await installation.close();
}
