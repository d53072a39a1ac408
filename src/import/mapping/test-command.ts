/** A command of a cron job that runs tests. */
export interface TestCommand {
  /** `mftf`, `playwright` or `both`; another one fails there. */
  type: string;
  /** A code. */
  environment: string;
  filter?: string;
  /** The name of a suite. */
  suite?: string;
}

/** The parts of `app:test:run mftf preprod-us --suite="Checkout"`; `undefined` for another command. */
export function readTestCommand(command: string): TestCommand | undefined {
  const words = Array.from(command.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g), ([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single),
  );
  if (words[0] !== 'app:test:run') return undefined;
  const options: Record<string, string> = {};
  const names: string[] = [];
  for (let index = 1; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const [, name, value] = /^(?:--(filter|suite)|-[fs])(?:=(.*))?$/.exec(word) ?? [];
    if (name === undefined && !/^-[fs]/.test(word)) {
      if (!word.startsWith('-')) names.push(word);
      continue;
    }
    const key = name ?? (word.startsWith('-f') ? 'filter' : 'suite');
    const joined = name === undefined ? word.slice(2).replace(/^=/, '') : value;
    if (joined) options[key] = joined;
    else {
      options[key] = words[index + 1] ?? '';
      index += 1;
    }
  }
  const [type = '', environment = ''] = names;
  return { ...options, type: type.toLowerCase(), environment };
}

/** What matre does in place of a command. */
export function reasonOf(command: string): string {
  const [name = ''] = command.trim().split(/\s+/, 1);
  if (name === 'app:test:cleanup') return 'matre removes old files without a job: MATRE_KEEP_FILES';
  if (name === 'app:audit:cleanup' || name === 'app:cleanup-audit-logs') {
    return 'matre removes old audit entries without a job: MATRE_KEEP_AUDIT';
  }
  return 'it is a command of php-matre, which matre does not have';
}
