import { expect, it } from 'vitest';
import { parseInput } from '#src/operations/core/operation.ts';
import { addEnvironment } from '#src/operations/environments/environments.ts';
import { fieldProblems } from './field-problems.ts';

it('assigns the messages of the server to the fields of the form', () => {
  let message = '';
  try {
    parseInput(addEnvironment, { code: 'Preprod', baseUrl: 'ftp://shop', adminUsername: ' ' });
  } catch (error) {
    message = (error as Error).message;
  }
  const problems = fieldProblems({ code: 'INPUT_INVALID', message });
  expect(Object.keys(problems).sort()).toEqual(['adminUsername', 'baseUrl', 'code']);
  expect(problems['adminUsername']).toBe('must not be empty');
});

it('returns nothing for other problems', () => {
  expect(fieldProblems({ code: 'ENVIRONMENT_EXISTS', message: 'There is one.' })).toEqual({});
  expect(fieldProblems(undefined)).toEqual({});
});
