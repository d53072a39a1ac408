/**
 * `make messages`: each message exactly once while its senders are killed and channels, PostgreSQL and the network are away. Variables:
 * SEED, KILLS, OUTAGES, PROCESSES. Ends with 0 only when nothing was lost or doubled.
 */
import { reportMessageCampaign, runMessageCampaign } from './campaign.ts';

const number = (name: string, otherwise: number) => Number(process.env[name] || otherwise);
const seed = number('SEED', Math.floor(Math.random() * 1_000_000));
const [kills, outages] = [number('KILLS', 200), number('OUTAGES', 50)];
console.log(`SEED=${seed} KILLS=${kills} OUTAGES=${outages}`);
const verdict = await runMessageCampaign({
  ...{ seed, kills, outages, processes: number('PROCESSES', 3) },
  print: (line) => console.log(line),
});
console.log(reportMessageCampaign(verdict));
process.exitCode = verdict.lost.length + verdict.doubled.length > 0 ? 1 : 0;
