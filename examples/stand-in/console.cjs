// The console output of Codeception. In colours even without a terminal, unless `--no-ansi` or `--no-colors` is set.
const path = require('node:path');

const width = 80;
const title = (test) =>
  `${test.name}Cest: ${test.name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/^./, (letter) => letter.toUpperCase())}`;
const words = {
  passed: 'PASSED',
  failed: 'FAIL',
  broken: 'ERROR',
  skipped: 'SKIPPED',
  incomplete: 'INCOMPLETE',
};
const inks = { passed: '32;1', failed: '41;37;1', broken: '41;37;1', skipped: '33;1', incomplete: '33;1' };
const modules = ['MagentoWebDriver', 'MagentoSequence', 'MagentoAssert', 'MagentoActionProxies'];

function createConsole(project, options) {
  const plain = options.flags.has('--no-ansi') || options.flags.has('--no-colors');
  const ink = (code, text) => (plain ? text : `\u001b[${code}m${text}\u001b[0m`);
  const line = (text = '') => process.stdout.write(`${text}\n`);
  const rule = '-'.repeat(width);

  const problem = (result, number, base) => {
    const { test, at } = result;
    line('\n---------');
    line(`${number}) ${title(test)}`);
    line(` ${ink('36', 'Test')}  ${path.relative(base, test.file)}:${test.name}`);
    if (at)
      line(
        ` ${ink('36', 'Step')}  ${at.action}(${at.values.map((value) => JSON.stringify(value)).join(',')})`,
      );
    if (result.status === 'failed') line(` ${ink('31', 'Fail')}  ${result.message}`);
    else if (result.status === 'broken')
      line(`\n  [${result.type.split('\\').at(-1)}] ${result.message}  \n`);
    else line(result.message);
    if (result.trail.length === 0 || !at) return;
    line('\nScenario Steps:\n');
    const trail = result.trail.map((step, index) => ({ step, index: index + 1 }));
    for (const { step, index } of trail.reverse().slice(0, 6)) {
      const call = `$I->${step.action}(${step.values.map((value) => JSON.stringify(value)).join(',')})`;
      line(` ${index}. ${call} at ${path.relative(base, test.file)}:${step.line}`);
    }
    line();
  };

  return {
    line,
    banner: (groups) => {
      const [codeception, phpunit] = project.major >= 5 ? ['v5.0.13', '10.5.45'] : ['v4.1.30', '9.5.18'];
      line(`${ink('33;1', 'Codeception PHP Testing Framework')} ${codeception}`);
      line(`Powered by PHPUnit ${phpunit}`);
      if (groups.length > 0) line(`${ink('36', '[Groups]')} ${groups.join(', ')} `);
      line();
    },
    suiteStarts: (count) => {
      const name = `Magento\\FunctionalTestingFramework.functional Tests (${count}) `;
      line(ink('1', name) + '-'.repeat(Math.max(0, width - name.length)));
      const base = '\\Magento\\FunctionalTestingFramework\\Module\\';
      line(`Modules: ${modules.map((one) => base + one).join(', ')}, Asserts`);
      line(rule);
    },
    testStarts: (test) => {
      line(ink('1', title(test)));
      line(`Signature: ${test.namespace}\\${test.name}Cest:${test.name}`);
      line(`Test: ${path.relative(project.acceptance, test.file)}:${test.name}`);
      line('Scenario --');
    },
    step: (text, depth) => line(`${'  '.repeat(depth)}${text}`),
    hook: (suite, which, verb) => {
      const ending = verb.startsWith('Execution') ? `${which} block complete` : `${which} block`;
      line(`\n/******** ${verb} ${suite} suite ${ending} ********/`);
    },
    testEnds: (result) => {
      const reason =
        result.status === 'skipped' || result.status === 'incomplete' ? `: ${result.message}` : '';
      line(` ${ink(inks[result.status], words[result.status])}${reason} `);
      line();
    },
    suiteEnds: (results, milliseconds, base) => {
      line(rule);
      const count = (status) => results.filter((result) => result.status === status).length;
      if (results.length === 0) {
        line('No tests executed!');
        return;
      }
      const seconds = milliseconds / 1000;
      const clock = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${(seconds % 60).toFixed(3).padStart(6, '0')}`;
      line(`\n\nTime: ${clock}, Memory: 20.00 MB\n`);
      for (const [status, word] of Object.entries({
        broken: 'error',
        failed: 'failure',
        incomplete: 'incomplete test',
        skipped: 'skipped test',
      })) {
        const matching = results.filter((result) => result.status === status);
        if (matching.length === 0) continue;
        line(matching.length === 1 ? `There was 1 ${word}:` : `There were ${matching.length} ${word}s:`);
        for (const [index, result] of matching.entries()) problem(result, index + 1, base);
      }
      const assertions = results.reduce((sum, result) => sum + result.assertions, 0);
      const figures = `Tests: ${results.length}, Assertions: ${assertions}`;
      const parts = [
        [count('broken'), 'Errors'],
        [count('failed'), 'Failures'],
        [count('skipped'), 'Skipped'],
        [count('incomplete'), 'Incomplete'],
      ].filter(([number]) => number > 0);
      const tail = parts.map(([number, word]) => `, ${word}: ${number}`).join('');
      if (count('broken') > 0) line(ink('41;37', `\nERRORS!\n${figures}${tail}.`));
      else if (count('failed') > 0) line(ink('41;37', `\nFAILURES!\n${figures}${tail}.`));
      else if (tail) line(ink('30;43', `\nOK, but incomplete, skipped, or risky tests!\n${figures}${tail}.`));
      else
        line(
          ink(
            '30;42',
            `OK (${results.length} test${results.length === 1 ? '' : 's'}, ${assertions} assertions)`,
          ),
        );
    },
  };
}

module.exports = { createConsole };
