/**
 * `make faults`: a whole installation under load, with faults of all kinds, and a judge. Variables: SEED, SECONDS, FAULTS,
 * WORKERS (runs at a time, over three processes), ENVIRONMENTS, ENGINE (auto, docker or sandbox), KEEP (the folder with
 * logs and journals is left there). Ends with 0 only if nothing was violated.
 */
import { printTable, tabulate } from './recovery.ts';
import { playRound } from './round.ts';

const number = (name: string, otherwise: number) => Number(process.env[name] || otherwise);
const seconds = number('SECONDS', 300);
const seed = number('SEED', Math.floor(Math.random() * 1_000_000));
const faults = number('FAULTS', Math.round(seconds / 1.8));
const processes = 3;
const slots = Math.max(1, Math.round(number('WORKERS', 9) / processes));
const engine = process.env['ENGINE'] || 'auto';
if (engine !== 'auto' && engine !== 'docker' && engine !== 'sandbox') throw new Error(`ENGINE=${engine}?`);

console.log(`SEED=${seed} SECONDS=${seconds} FAULTS=${faults} WORKERS=${slots * processes} ENGINE=${engine}`);
const { evidence, violations } = await playRound({
  seed,
  faults,
  forMs: seconds * 1000,
  settleMs: 180_000,
  engine,
  processes,
  slots,
  environments: number('ENVIRONMENTS', 12),
  keep: process.env['KEEP'] !== undefined,
  say: (line) => console.log(line),
});

const rows = tabulate(evidence);
const count = (kind: string) => violations.filter((violation) => violation.kind === kind).length;
const verdicts = ['passed', 'broken', 'failed', 'cancelled'].map(
  (verdict) => `${verdict} ${evidence.runs.filter((run) => run.verdict === verdict).length}`,
);
console.log(`\n${printTable(rows)}\n`);
console.log(
  `${evidence.runs.length} runs: ${verdicts.join(', ')}; ${evidence.lives.length} processes judged`,
);
for (const { kind, what } of violations) console.log(`VIOLATION ${kind}: ${what}`);
const worst = Math.max(0, ...rows.map(({ worstS }) => worstS ?? 0)).toFixed(1);
console.log(
  `injected=${evidence.injections.length} kinds=${rows.length} lost=${count('lost')} overlaps=${count('overlap')} ` +
    `doubled=${count('doubled')} worst_recovery_s=${worst}`,
);
process.exitCode = violations.length > 0 ? 1 : 0;
