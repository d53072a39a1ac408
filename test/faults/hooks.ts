import type { HookTask } from '../../src/model/hook.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createHooks } from '../../src/store/tables/hooks.ts';

/**
 * Writes its start, its heartbeats and its end to the journal of the test processes, in the form of the stand-in for MFTF. The clock is
 * that of /proc/uptime, in hundredths of a second.
 */
const script = `
token=\${MATRE_EXEC#:}
token=\${token%:}
write() {
  read -r up rest </proc/uptime
  echo "{\\"event\\":\\"$1\\",\\"command\\":\\"hook\\",\\"pid\\":$$,\\"token\\":\\"$token\\",\\"test\\":\\"$0\\",\\"monotonic\\":\${up%.*}\${up#*.}0$2}" >>"/journal/$MATRE_ENVIRONMENT.jsonl"
}
write start
for step in 1 2 3 4 5 6 7 8 9 10 11 12; do
  sleep 0.05
  write beat
done
write end ',"code":0'
`;

/** How much later than written a process may have started, in milliseconds. */
export const clockStepMs = 10;

const hook = (name: string, moment: HookTask['moment'], repeatable: boolean): HookTask => ({
  name,
  moment,
  action: { kind: 'command', argv: ['sh', '-c', script, name], variables: [] },
  // A busy machine takes more than half a minute for the 13 sleeps and writes.
  timeLimitSeconds: 600,
  repeatable,
});

/** The hooks of all environments: before and after the tests, one that may be repeated and one that may not. */
export const faultHooks = [
  hook('before-once', 'before', false),
  hook('before-again', 'before', true),
  hook('after-once', 'after', false),
  hook('after-again', 'after', true),
];

export async function addHooks(database: Database): Promise<void> {
  const hooks = createHooks({ database });
  for (const { name, ...rest } of faultHooks) {
    const fields = { ...rest, enabled: true, position: undefined, appliedFrom: undefined };
    await hooks.create('global', name, 'faults', fields);
  }
}
