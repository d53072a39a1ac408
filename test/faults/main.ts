/**
 * `make faults`: a whole installation under load, with faults of all kinds, and a judge. Variables: SEED, SECONDS,
 * FAULTS, WORKERS (concurrent runs, over three processes), ENVIRONMENTS, ENGINE (own: a Docker Engine started for it;
 * docker: the existing one; sandbox; auto: the first available of these), KINDS (a pattern for the names of the kinds),
 * RETRIES (how many finished runs are retried meanwhile, whose tests fail often), HOOKS (1: runs have hooks before and after
 * their tests), PLAYWRIGHT (1: most runs have tests of Playwright, too; needs ENGINE=sandbox), RESERVATIONS (how many times environments are reserved meanwhile), KEEP (keeps the folder with logs and
 * journals). Ends with 0 only without violations.
 */

import { report } from './report.ts';
import { runRound } from './round.ts';
import type { EngineChoice } from './stores.ts';

const number = (name: string, otherwise: number) => Number(process.env[name] || otherwise);
const seconds = number('SECONDS', 300);
const seed = number('SEED', Math.floor(Math.random() * 1_000_000));
const faults = number('FAULTS', Math.round(seconds / 1.7));
const processes = 3;
const slots = Math.max(1, Math.round(number('WORKERS', 9) / processes));
const kinds = process.env['KINDS'];
const choices: EngineChoice[] = ['auto', 'own', 'docker', 'sandbox'];
const engine = choices.find((choice) => choice === (process.env['ENGINE'] || 'auto'));
if (!engine) throw new Error(`ENGINE must be one of ${choices.join(', ')}`);

console.log(`SEED=${seed} SECONDS=${seconds} FAULTS=${faults} WORKERS=${slots * processes} ENGINE=${engine}`);
const verdict = await runRound({
  seed,
  faults,
  forMs: seconds * 1000,
  only: kinds ? new RegExp(kinds, 'i') : undefined,
  settleMs: 600_000,
  outliveMs: 5_000,
  retries: number('RETRIES', 0),
  reservations: number('RESERVATIONS', 0),
  engine,
  processes,
  slots,
  environments: number('ENVIRONMENTS', 12),
  embedded: true,
  hooks: number('HOOKS', 0) > 0,
  playwright: number('PLAYWRIGHT', 0) > 0,
  keep: process.env['KEEP'] !== undefined,
  print: (line) => console.log(line),
});
console.log(`\n${report(verdict)}`);
process.exitCode = verdict.violations.length > 0 ? 1 : 0;
