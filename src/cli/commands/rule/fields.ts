import { InvalidArgumentError, Option } from 'commander';
import { type AlertKind, alertKinds } from '../../../model/alert.ts';
import { type Occasion, occasions } from '../../../model/message-rule.ts';
import { collect } from '../../cli-context.ts';
import { inZone, parseDigest, parseQuietHours } from './times.ts';

/** The options of `add`, `edit` and `try`. */
export const fieldOptions = () => [
  new Option('--channel <name>', 'where its messages go'),
  new Option('--on <occasion>', `when: ${occasions.join(', ')} (repeatable, or with commas)`).argParser(
    (text: string, earlier?: Occasion[]) => collectChoices(occasions, text, earlier),
  ),
  new Option('--to <recipient>', 'e-mail address or id of a Slack member (repeatable)').argParser(collect),
  new Option(
    '-e, --env <code>',
    'only this environment, or a pattern such as preprod-* (repeatable)',
  ).argParser(collect),
  new Option('--schedule <name>', 'only submissions of this schedule (repeatable)').argParser(collect),
  new Option('--saved <name>', 'only submissions with this saved selection (repeatable)').argParser(collect),
  new Option('--branch <name>', 'only this branch of the test module, or a pattern (repeatable)').argParser(
    collect,
  ),
  new Option('--by <name>', 'only submissions of this user or program, or a pattern (repeatable)').argParser(
    collect,
  ),
  new Option('--alert <kind>', `only alerts of this kind: ${alertKinds.join(', ')} (repeatable)`).argParser(
    (text: string, earlier?: AlertKind[]) => collectChoices(alertKinds, text, earlier),
  ),
  new Option('--quiet <hours>', 'messages wait in these hours: 22:00-07:00, or none').argParser(
    parseQuietHours,
  ),
  new Option('--digest <time>', 'when the digest is sent: daily@08:00, weekly@mon@08:00, or none').argParser(
    parseDigest,
  ),
  new Option('--zone <zone>', 'time zone of --quiet and --digest; by default that of this computer'),
];

export interface FieldOptions {
  channel?: string;
  on?: Occasion[];
  to?: string[];
  env?: string[];
  schedule?: string[];
  saved?: string[];
  branch?: string[];
  by?: string[];
  alert?: AlertKind[];
  quiet?: ReturnType<typeof parseQuietHours>;
  digest?: ReturnType<typeof parseDigest>;
  zone?: string;
}

/** The fields of the options, as the operations take them. */
export function readFields(options: FieldOptions) {
  const { channel, on, to, env, schedule, saved, branch, by, alert, quiet, digest, zone } = options;
  const time = inZone(digest, zone);
  // A digest is an occasion, which need not be named twice.
  const named = time && on && !on.includes('digest') ? [...on, 'digest' as const] : on;
  return {
    ...{ channel, occasions: named ?? (time && channel !== undefined ? ['digest' as const] : undefined) },
    ...{ recipients: to, environments: env, schedules: schedule, saved, branches: branch, requesters: by },
    ...{ alerts: alert, quietHours: inZone(quiet, zone), digest: time },
  };
}

function collectChoices<Choice extends string>(
  choices: readonly Choice[],
  text: string,
  earlier: Choice[] = [],
): Choice[] {
  const names = text.split(',').map((name) => name.trim());
  const added = names.map((name) => {
    const choice = choices.find((each) => each === name);
    if (choice === undefined) throw new InvalidArgumentError(`Choose from ${choices.join(', ')}.`);
    return choice;
  });
  return [...earlier, ...added];
}
