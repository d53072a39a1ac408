/**
 * `make retries`: retries in the same run while workers are killed and the stores are away. Variables: RETRIES, SEED, ENVIRONMENTS,
 * WORKERS (processes with three slots each). Ends with 0 only without violations.
 */
import { reportCampaign, runCampaign } from './campaign.ts';

const number = (name: string, otherwise: number) => Number(process.env[name] || otherwise);
const seed = number('SEED', Math.floor(Math.random() * 1_000_000));
const retries = number('RETRIES', 200);
console.log(`SEED=${seed} RETRIES=${retries}`);
const verdict = await runCampaign({
  ...{ seed, retries },
  environments: number('ENVIRONMENTS', 8),
  processes: number('WORKERS', 3),
  print: (line) => console.log(line),
});
console.log(reportCampaign(verdict));
process.exitCode = verdict.violations.length > 0 ? 1 : 0;
