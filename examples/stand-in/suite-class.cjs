// The class of a suite with a before or an after: written in the shape of MFTF, and read again to execute it.
const { readStatements } = require('./statements.cjs');

const indented = (lines) => lines.map((line) => `                ${line}\n`).join('');

/** The statements of a hook, between the start of its session and the end of its `try`. */
const hook = (name, body) => `    private function ${name}()
    {
        if ($this->isDue()) {
            try {
                $session = $this->getModule('MagentoWebDriver');
                if ($session->webDriver === null) {
                    $session->_initializeSession();
                }
${indented(body)}            } catch (\\Exception $exception) {
                $this->preconditionFailure = $exception->getMessage();
            }
        }
    }
`;

function writeSuiteClass({ name, tests, before, after }) {
  return `<?php

namespace Group;

/** What surrounds the tests of the suite ${name}. */
class ${name} extends \\Codeception\\GroupObject
{
    public static $group = '${name}';
    private $testCount = ${tests.length};
    private $started = 0;
    private $preconditionFailure = null;

    public function _before(\\Codeception\\Event\\TestEvent $event)
    {
        $container = $this->getModuleContainer();
        // increment test count per execution
        $this->started++;
        $this->executePreConditions();
    }

${hook('executePreConditions', before)}
${hook('executePostConditions', after)}}
`;
}

function hookLines(lines, name) {
  const start = lines.findIndex((line) => line.includes(`private function ${name}()`));
  if (start < 0) return [];
  const session = lines.findIndex((line, at) => at > start && line.includes('->_initializeSession();'));
  const from = lines.findIndex((line, at) => at > session && line.trim() === '}') + 1;
  const end = lines.findIndex((line, at) => at >= from && line.trim().startsWith('} catch (\\Exception'));
  return lines.slice(from, end).map((text, at) => ({ text: text.trim(), line: from + 1 + at }));
}

function readSuiteClass(source) {
  const lines = source.split('\n');
  const name = /public static \$group = '(\w+)'/.exec(source)?.[1];
  return {
    name,
    before: readStatements(hookLines(lines, 'executePreConditions')),
    after: readStatements(hookLines(lines, 'executePostConditions')),
  };
}

module.exports = { writeSuiteClass, readSuiteClass };
