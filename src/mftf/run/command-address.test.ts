import { describe, expect, it } from 'vitest';
import { commandAddress, commandProblem } from './command-address.ts';

const path = 'dev/tests/acceptance/utils/command.php';

describe('the address of command.php', () => {
  it.each([
    ['https://shop.test/', `https://shop.test/${path}`],
    ['https://shop.test', `https://shop.test/${path}`],
    ['https://shop.test/index.php/', `https://shop.test/${path}`],
    ['https://me:secret@shop.test/us/', `https://me:secret@shop.test/us/${path}`],
  ])('below %s', (baseUrl, address) => {
    expect(commandAddress(baseUrl, [])).toBe(address);
  });

  it('follows MAGENTO_CLI_COMMAND_PATH', () => {
    const values = [{ name: 'MAGENTO_CLI_COMMAND_PATH', value: '/cli.php', secret: false }];
    expect(commandAddress('https://shop.test/', values)).toBe('https://shop.test/cli.php');
  });
});

describe('the answer of command.php', () => {
  it.each([
    ['it is there and misses its parameters', 412, '', undefined],
    ['another page', 200, '<html>', undefined],
    ['nothing there', 404, '', 'answers 404'],
    ['the web server forbids it', 403, '', 'answers 403'],
    ['PHP is not executed', 200, '\n<?php\n', 'is sent as text, not executed'],
  ])('%s', (_, status, body, problem) => {
    expect(commandProblem({ status, body })).toBe(problem);
  });

  it('is no fault without a response', () => {
    expect(commandProblem(undefined)).toBeUndefined();
    expect(commandProblem({ status: undefined, body: '' })).toBeUndefined();
  });
});
