// How long does `matre doctor` take on a healthy system, and does it report false alarms? Each environment has a
// running container and a shop that answers; Selenium is a chromedriver. And how long do the checks of a run take
// before its first test?
//
//   npx tsx bench/doctor.ts [environments] [rounds]        MATRE_ENGINE=docker|sandbox|auto, DOCKER_HOST as for matre
//
// Prints the time of each round and of its slowest checks; writes bench/results/doctor.json.
import { text } from 'node:stream/consumers';
import { matreItself } from '../src/model/access.ts';
import { type ReportView, showDoctor } from '../src/operations/system/doctor.ts';
import { startChromedriver } from '../test/support/selenium.ts';
import { median, writeResults } from './support/figures.ts';
import { openInstallation } from './support/installation.ts';

const count = Number(process.argv[2] ?? 50);
const rounds = Number(process.argv[3] ?? 5);
const codes = Array.from({ length: count }, (_, index) => `bench-${index + 1}`);
const selenium = await startChromedriver();
const installation = await openInstallation({ codes, settings: selenium.settings });
const { context } = installation.app;

async function examine(): Promise<ReportView> {
  return showDoctor.run(context, {}, { principal: matreItself });
}

try {
  const pool = await context.pool();
  const waiting = [...installation.environments];
  const make = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await pool.replace(next);
  };
  await Promise.all([make(), make(), make(), make()]);
  // A worker sends a heartbeat every five seconds.
  const { runs } = await installation.measure(installation.environments.slice(0, 1), { groups: ['smoke'] });
  const log = await text((await context.artifacts.open(runs[0]?.id ?? 0, 'run.log')).stream);
  const preflight = Number(/Looked at what the tests need in (\d+\.\d+) s/.exec(log)?.[1]);

  const seconds: number[] = [];
  let alarms = 0;
  for (let round = 1; round <= rounds; round++) {
    const report = await examine();
    seconds.push(report.tookMs / 1000);
    const problems = report.checks.flatMap(({ findings }) =>
      findings.filter(({ standing }) => standing !== 'well'),
    );
    alarms += problems.length;
    for (const { code, about, found } of problems) console.log(`  ${code} ${about}: ${found}`);
    const slowest = [...report.checks].sort((one, other) => other.tookMs - one.tookMs).slice(0, 3);
    const summary = slowest.map(({ name, tookMs }) => `${name} ${tookMs} ms`).join(', ');
    console.log(`round ${round}: ${(report.tookMs / 1000).toFixed(2)} s (${summary})`);
  }
  const metrics = { doctor_s: median(seconds), false_alarms: alarms, preflight_s: preflight };
  console.log(
    `${count} environments on ${installation.engine.kind}: ${metrics.doctor_s.toFixed(2)} s (bar: under 5), ${alarms} false alarms (bar: none), a run looks for ${preflight} s (bar: under 1)`,
  );
  await writeResults('doctor', {
    metrics,
    engine: installation.engine.kind,
    environments: count,
    rounds: seconds,
  });
} finally {
  await installation.close();
  await selenium.stop();
}
