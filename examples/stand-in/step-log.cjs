// The steps of a test as they happen: for the screen, and nested in action groups for the result.

const words = (action) => action.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
const shown = (value) => (typeof value === 'string' ? `"${value}"` : String(value));
const groupMark = /^(Entering|Exiting) Action Group \[(\w+)\] (.+)$/;

/** Returns `begin(statement, values)`, which returns a function for the outcome of the step. */
function createStepLog(result, screen) {
  const outermost = { steps: result.steps, suffix: '' };
  let groups = [outermost];

  const add = (name) => {
    const now = Date.now();
    const step = { name, status: 'passed', startedAt: now, stoppedAt: now, steps: [] };
    groups.at(-1).steps.push(step);
    screen.step(name.trimEnd(), groups.length - 1);
    return step;
  };

  return {
    /** Leaves all action groups, as a failure does. */
    leave: () => {
      groups = [outermost];
    },
    begin: (statement, values) => {
      result.trail.push({ ...statement, values });
      const [, verb, key, name] = (statement.action === 'comment' && groupMark.exec(values[0])) || [];
      const { suffix } = groups.at(-1);
      if (verb === 'Exiting') groups.pop();
      else if (verb === 'Entering') {
        const step = add(`[${key.replace(suffix, '')}] ${name} `);
        groups.push({ steps: step.steps, suffix: key[0].toUpperCase() + key.slice(1) });
      } else {
        const label = (statement.key ?? statement.action).replace(suffix, '');
        const step = add(`[${label}] ${words(statement.action)} ${values.map(shown).join(',')}`);
        if (/^(see|dontSee|assert)/.test(statement.action)) result.assertions += 1;
        return { done: (status) => Object.assign(step, { status, stoppedAt: Date.now() }) };
      }
      return { done: () => undefined };
    },
  };
}

module.exports = { createStepLog };
