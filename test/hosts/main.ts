/**
 * `make hosts`: one installation on several hosts, each with its own Docker Engine and network namespace; they are cut
 * off one after the other, and reconnected. Variables: HOSTS (3), CUTS (20), SEED, ENVIRONMENTS (6), WORKERS
 * (concurrent runs on each host, 2), KEEP (keeps the folder with logs and journals). Needs root. Ends with 0 only
 * without violations.
 */
import { reportHosts, runScenario } from './scenario.ts';

const number = (name: string, otherwise: number) => Number(process.env[name] || otherwise);
const seed = number('SEED', Math.floor(Math.random() * 1_000_000));
console.log(`SEED=${seed}`);
const verdict = await runScenario({
  seed,
  hosts: number('HOSTS', 3),
  cuts: number('CUTS', 20),
  slots: number('WORKERS', 2),
  environments: number('ENVIRONMENTS', 6),
  settleMs: 600_000,
  outliveMs: 5_000,
  keep: process.env['KEEP'] !== undefined,
  print: (line) => console.log(line),
});
console.log(`\n${reportHosts(verdict)}`);
process.exitCode = verdict.violations.length > 0 ? 1 : 0;
