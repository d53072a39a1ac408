import { lockNames } from '../../locks/lock.ts';
import { containerName } from '../../model/environment.ts';
import { type Finding, problem, problemsOrOk, type QuickCheck, warning } from '../check.ts';

/** Looks for values that matre did not write, in the places of the locks of all environments, and for locks that never end. */
export const locksForeign: QuickCheck = {
  name: 'locks-foreign',
  labels: {
    subject: 'the values of locks',
    ok: 'all locks are ours',
    problem: 'a foreign value is in the place of a lock',
  },
  description: 'the values in Redis in the places of the locks of all environments and containers',
  symptoms: [
    'a run stays in the phase preparing, and its environment is free',
    'an environment is locked, and no process has its lock',
  ],
  codes: ['LOCK_VALUE_FOREIGN'],
  fix: 'renames such a value, so that the lock can be had again; what it contains stays in Redis under the new name',

  async run({ locks, allEnvironments }) {
    const names = (await allEnvironments()).flatMap(({ id, slots }) => [
      lockNames.environment(id),
      lockNames.execution(id),
      ...Array.from({ length: slots }, (_, index) => lockNames.container(containerName(id, index + 1))),
    ]);
    const foreign = await locks.foreign(names);
    const held = await locks.list();
    const findings: Finding[] = [
      ...foreign.map(({ name, message }) =>
        problem('LOCK_VALUE_FOREIGN', message, {
          about: name,
          async repair() {
            const newName = await locks.setAside(name);
            return newName === undefined
              ? `${name} has no foreign value any more.`
              : `The value of ${name} was renamed to ${newName}.`;
          },
        }),
      ),
      // An operator may have set it on purpose, so it is not repaired.
      ...held
        .filter(({ problem, expiresInMs }) => problem === undefined && expiresInMs === undefined)
        .filter(() => locks.kind === 'redis')
        .map(({ name, owner }) =>
          warning('LOCK_VALUE_FOREIGN', `The lock ${name} of ${owner} never expires: matre did not set it.`, {
            about: name,
            remedy: `matre locks release ${name}, unless it was set on purpose.`,
          }),
        ),
    ];
    return problemsOrOk(findings, `The places of ${names.length} locks have locks of matre or nothing.`);
  },
};
