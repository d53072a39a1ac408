import { CommanderError } from 'commander';
import { type Fault, type FaultCode, toFault } from '../faults/fault.ts';
import { asSentence } from '../faults/sentence.ts';
import { clean } from './output/format.ts';
import type { Output } from './output/terminal.ts';

/** Exit codes of the command line. Scripts rely on them. */
export const exitCodes = { passed: 0, failed: 1, broken: 2, usage: 3, interrupted: 130 } as const;

/** The exit code for the error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.passed : exitCodes.usage;
  return toFault(error).kind === 'usage' ? exitCodes.usage : exitCodes.broken;
}

/**
 * Prints the message of an error, its meaning and its remedy, and which server it came from. Commander has printed its own errors
 * already.
 */
export function printFailure(
  output: Output,
  error: unknown,
  { server, onlyReads = false }: { server?: string | undefined; onlyReads?: boolean | undefined } = {},
): void {
  if (error instanceof CommanderError) return;
  const fault = toFault(error);
  printHeading(output, asSentence(clean(fault.message)), fault.code);
  // It goes without saying for a command that only reads.
  if (!onlyReads || fault.meaning !== 'Nothing was changed.') output.line(`  ${fault.meaning}`);
  output.line(`  ${fault.remedy}`);
  if (server !== undefined) output.line(output.paint.dim(`  Server: ${clean(server)}`));
  if (fault.code === 'INTERNAL') printStack(output, fault);
}

/**
 * Prints an error of Commander in the form of all other errors. It has the message as `error: unknown command 'lst'`, with
 * `(Did you mean list?)` in a second line. `command` is the one whose help is named, if it was known.
 */
export function printUsageError(output: Output, message: string, command: string | undefined): void {
  const [problem = '', hint] = clean(message.replace(/^error: /, '')).split(/ (?=\(Did you mean )/);
  const sentence = asSentence(problem.charAt(0).toUpperCase() + problem.slice(1));
  printHeading(output, hint === undefined ? sentence : `${sentence} ${hint.slice(1, -1)}`, 'INPUT_INVALID');
  output.line('  The command was not executed.');
  output.line(`  \`matre ${command === undefined ? '--help' : `help ${command}`}\` shows what it accepts.`);
}

function printHeading({ paint, line }: Output, message: string, code: FaultCode): void {
  line(`${paint.red.bold('error')} ${message} ${paint.dim(`(${code})`)}`);
}

function printStack(output: Output, fault: Fault): void {
  const { cause } = fault;
  if (cause instanceof Error && cause.stack !== undefined) output.line(output.paint.dim(cause.stack));
}
