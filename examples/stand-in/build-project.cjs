// `mftf build:project`: writes the configuration of a fresh tree.
const fs = require('node:fs');
const path = require('node:path');
const { generatedFolder } = require('./env.cjs');
const { formatYaml } = require('./yaml.cjs');

const base = '\\Magento\\FunctionalTestingFramework';
const ownAdapter = 'Magento\\FunctionalTestingFramework\\Allure\\Adapter\\MagentoAllureAdapter';
const allure2Adapter = 'Qameta\\Allure\\Codeception\\AllureCodeception';

function codeceptionConfig(project) {
  const support = '../../../vendor/magento/magento2-functional-testing-framework';
  const adapter = project.allure2 ? allure2Adapter : ownAdapter;
  const context = `${base.slice(1)}\\Extension\\TestContextExtension`;
  return {
    actor: 'Tester',
    paths: {
      tests: 'tests',
      log: 'tests/_output',
      data: 'tests/_data',
      support: `${support}/src/Magento/FunctionalTestingFramework`,
      envs: `${support}/etc/_envs`,
    },
    settings: { silent: 'true', colors: 'true', memory_limit: '1024M' },
    extensions: {
      enabled: [`${base.slice(1)}\\Codeception\\Subscriber\\Console`, context, adapter],
      config: {
        [adapter]: { deletePreviousResults: 'false', outputDirectory: 'allure-results' },
        [context]: { driver: `${base}\\Module\\MagentoWebDriver` },
      },
    },
    params: ['.env'],
  };
}

const webDriver = {
  url: '"%MAGENTO_BASE_URL%"',
  backend_name: '"%MAGENTO_BACKEND_NAME%"',
  browser: 'chrome',
  window_size: '1280x1024',
  pageload_timeout: '"%WAIT_TIMEOUT%"',
  host: '"%SELENIUM_HOST%"',
  port: '"%SELENIUM_PORT%"',
  protocol: '"%SELENIUM_PROTOCOL%"',
  path: '"%SELENIUM_PATH%"',
  capabilities: { chromeOptions: { args: '["--window-size=1280,1024", "--headless"]' } },
};

/** Returns the exit code. Fails while `_generated` is a mount, because it removes that folder. */
function buildProject(project) {
  const generated = generatedFolder(project);
  try {
    fs.rmSync(generated, { recursive: true, force: true });
  } catch (error) {
    process.stderr.write(`\n  Failed to remove directory "${generated}": ${error.message}\n\n`);
    return 1;
  }
  const write = (name, text) => {
    const file = path.join(project.acceptance, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  };
  if (!fs.existsSync(path.join(project.acceptance, '.env'))) {
    write(
      '.env',
      'MAGENTO_BASE_URL=http://127.0.0.1/\nMAGENTO_BACKEND_NAME=admin\nMAGENTO_ADMIN_USERNAME=admin\n',
    );
  }
  write('.credentials.example', '#magento/MAGENTO_ADMIN_PASSWORD=\n');
  write('codeception.yml', formatYaml(codeceptionConfig(project)));
  write(
    'tests/functional.suite.yml',
    formatYaml({
      class_name: 'AcceptanceTester',
      namespace: base.slice(1),
      modules: {
        enabled: [`${base}\\Module\\MagentoWebDriver`, 'Asserts'],
        config: { [`${base}\\Module\\MagentoWebDriver`]: webDriver },
      },
    }),
  );
  write(
    'utils/command.php',
    '<?php\n// Takes commands for bin/magento over HTTP; the sample tree has none.\n',
  );
  fs.mkdirSync(project.generatedActions, { recursive: true });
  fs.writeFileSync(path.join(project.generatedActions, 'AcceptanceTesterActions.php'), '<?php\n//[STAMP]\n');
  process.stdout.write('\n [OK] Project successfully built.\n\n');
  return 0;
}

module.exports = { buildProject };
