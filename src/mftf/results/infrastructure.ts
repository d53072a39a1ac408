import type { FaultCode } from '../../faults/fault.ts';
import type { Reason } from '../../model/run.ts';

interface FaultPattern {
  code: FaultCode;
  pattern: RegExp;
  /** The step that failed, with the name of a real one; any step by default. */
  step?: { pattern: RegExp; sample: string };
  /** A real message, or one that the named source writes. */
  sample: string;
  source: string;
}

/**
 * Messages about the infrastructure, not about the shop under test. The first match counts, so the narrower ones come first.
 * Terminal output is wrapped at arbitrary places: patterns allow blanks where a line may break. They begin with fixed text and are
 * bounded, because a message may have megabytes.
 */
export const faultPatterns: FaultPattern[] = [
  {
    code: 'GENERATED_FILE_MISSING',
    pattern:
      /Cest\.php'?\)?:? *failed to open stream: No such file|Cest\.php\s+n\s*o\s*t\s+f\s*o\s*u\s*n\s*d/i,
    sample:
      'file_get_contents(/var/www/html/dev/tests/acceptance/tests/functional/Magento/_generated/default/XCest.php): Failed to open stream: No such file or directory',
    source:
      "PHP's warning in MagentoAllureAdapter or Loader of Codeception (the other form: codecept run of a missing path)",
  },
  {
    code: 'IMAGE_UNSUITABLE',
    pattern: /\bclass\s+doesn't\s+exist\s+in\s+suite\s+folder\.\s+Run\s+the\s+'build'\s+command/,
    sample: "AcceptanceTester class doesn't exist in suite folder.\n  Run the 'build' command to generate it",
    source: 'SuiteManager of Codeception 4.1: `mftf build:project` did not finish in the image',
  },
  {
    code: 'DISK_FULL',
    pattern: /No space left on device|possibly out of free disk space/i,
    sample: 'file_put_contents(): Only -1 of 8192 bytes written, possibly out of free disk space',
    source: 'PHP; the kernel (ENOSPC)',
  },
  {
    code: 'OUT_OF_MEMORY',
    pattern: /Allowed memory size of \d+ bytes exhausted|Out of memory \(allocated|Cannot allocate memory/i,
    sample:
      'PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted (tried to allocate 20480 bytes)',
    source: 'PHP; the kernel (ENOMEM)',
  },
  {
    code: 'CREDENTIAL_MISSING',
    pattern:
      /\bnot\s+found\.\s+You\s+need\s+to\s+configure\s+at\s+least\s+one\s+of\s+these\s+options:\s+\.credentials/,
    sample:
      'Unable to get OTP\nmagento/tfa/OTP_SHARED_SECRET not found. You need to configure at least one of these options: .credentials file, HashiCorp Vault or AWS Secrets Manager correctly',
    source: 'CredentialStore of MFTF, 3.0 to 6.0',
  },
  {
    code: 'CREDENTIAL_MISSING',
    pattern: /Cannot\s+retrieve\s+API\s+token\s+without\s+credentials/,
    sample: 'Cannot retrieve API token without credentials. Please fill out .env.',
    source: 'WebApiAuth of MFTF 3.8: the administrator has no password',
  },
  {
    code: 'SELENIUM_FULL',
    pattern:
      /no free slots|New session request timed out|Request timed out waiting for a node|session queue (?:is full|timeout)/i,
    sample: 'Could not start a new session. New session request timed out',
    source: 'Selenium Grid 4; Grid 3 says "Request timed out waiting for a node to become available"',
  },
  {
    code: 'SELENIUM_UNREACHABLE',
    pattern:
      /Can't connect to Web\s*Driver at|Curl error thrown for http[\s\S]{0,1000}?(?:Failed to connect|Couldn't connect|Could not resolve host|Empty reply|reset by peer|Recv failure)/i,
    sample:
      "[ConnectionException] Can't connect to WebDriver at http://172.17.0.1:9999/wd/hub. Make sure that ChromeDriver, GeckoDriver or Selenium Server is running.",
    source: 'module-webdriver of Codeception; php-webdriver (HttpCommandExecutor) during a test',
  },
  {
    code: 'SELENIUM_UNREACHABLE',
    pattern:
      /session not created|invalid session id|chrome not reachable|tab crashed|not connected to DevTools/i,
    sample: 'session not created: This version of ChromeDriver only supports Chrome version 114',
    source: 'chromedriver: the browser did not start, or it went away',
  },
  {
    code: 'SELENIUM_UNREACHABLE',
    pattern: /Suite condition failure:\s+Call to a member function close\(\) on null/,
    sample: 'Suite condition failure: \nCall to a member function close() on null',
    source: 'MagentoWebDriver of MFTF 3.8: a suite whose before never got a browser',
  },
  {
    code: 'MAGENTO_UNREACHABLE',
    pattern:
      /net::ERR_(?:CONNECTION_\w+|NAME_NOT_RESOLVED|ADDRESS_UNREACHABLE|EMPTY_RESPONSE|INTERNET_DISCONNECTED|TIMED_OUT)|about:neterror\?e=(?:connectionFailure|dnsNotFound|netTimeout)/,
    sample: 'unknown error: net::ERR_CONNECTION_REFUSED\n  (Session info: chrome=156.0.8078.79)',
    source: 'chromedriver, geckodriver: the page of the shop cannot be loaded',
  },
  {
    code: 'CREDENTIALS_WRONG',
    pattern:
      /Cannot\s+retrieve\s+API\s+token\s+with\s+credentials[\s\S]{0,1000}?Error\s+HTTP\s+response\s+code:\s+401\b/,
    sample:
      'Cannot retrieve API token with credentials. Please check the following configurations:\nusername: admin\npassword: x\nError HTTP response code: 401    Response:{"message":"The account sign-in was incorrect or your account is disabled temporarily."}',
    source: "WebApiAuth of MFTF 3.8 and newer: the shop's answer to the sign-in of the admin user",
  },
  {
    code: 'MAGENTO_UNREACHABLE',
    pattern:
      /Cannot\s+retrieve\s+API\s+token\s+with\s+credentials[\s\S]{0,1000}?Error\s+HTTP\s+response\s+code:\s+5\d\d\b/,
    sample: 'Cannot retrieve API token with credentials. Error HTTP response code: 500    Response:',
    source: 'WebApiAuth of MFTF: a shop that cannot issue a token fails every test with data',
  },
  {
    code: 'MAGENTO_UNREACHABLE',
    pattern: /Error HTTP response code: 50[234]\b|Failed to connect to \S+ port \d+|Could not resolve host:/i,
    sample: 'Error HTTP response code: 503    Response:down',
    source: "CurlTransport of MFTF: the shop's REST API, for data and tokens",
  },
  {
    code: 'MAGENTO_UNREACHABLE',
    pattern:
      /^(?:(?:\w+\\)*TestFrameworkException: )?(?:Empty reply from server|Recv failure: Connection reset|Operation timed out after \d+|Connection timed out after \d+|SSL_ERROR_SYSCALL|OpenSSL SSL_connect|SSL connection timeout)/m,
    sample: 'Empty reply from server',
    source: 'CurlTransport of MFTF: the message of libcurl alone, when the shop breaks the connection',
  },
  {
    code: 'MAGENTO_COMMAND_MISSING',
    // 403 with a sentence of command.php itself is a command that the test got wrong.
    pattern: /Error HTTP response code: (?:40[45]\b|403\b(?!\s+Response:Given command))/,
    step: { pattern: /\bmagento (?:cli|cron)\b/i, sample: '[flush] magento cli "cache:flush",60' },
    sample: 'Error HTTP response code: 404    Response:<html>404 Not Found</html>',
    source: 'MagentoWebDriver of MFTF, in the step of a Magento command: command.php is not served',
  },
];

/**
 * The infrastructure fault in a message, trace or log, with the line that shows it; `undefined` when there is none. `failedStep`
 * is the name of the step that failed, where it is known.
 */
export function recogniseFault(text: string, failedStep = ''): Reason | undefined {
  for (const { code, pattern, step } of faultPatterns) {
    if (step && !step.pattern.test(failedStep)) continue;
    const match = pattern.exec(text);
    if (match) return { code, message: linesAround(text, match.index, match[0].length) };
  }
  return undefined;
}

const maxMessageLength = 300;

/** The whole lines of a match, with single blanks. */
function linesAround(text: string, index: number, length: number): string {
  const from = text.lastIndexOf('\n', index) + 1;
  const end = text.indexOf('\n', index + length);
  const lines = text
    .slice(from, end < 0 ? undefined : end)
    .replace(/\s+/g, ' ')
    .trim();
  return lines.length > maxMessageLength ? `${lines.slice(0, maxMessageLength)}…` : lines;
}
