import { CommanderError } from 'commander';
import { type Fault, toFault } from '../faults/fault.ts';
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
export function printFailure(output: Output, error: unknown, server?: string): void {
  if (error instanceof CommanderError) return;
  const fault = toFault(error);
  const { paint } = output;
  output.line(`${paint.red.bold('error')} ${clean(fault.message)} ${paint.dim(`(${fault.code})`)}`);
  output.line(`  ${fault.meaning}`);
  output.line(`  ${fault.remedy}`);
  if (server !== undefined) output.line(output.paint.dim(`  Server: ${clean(server)}`));
  if (fault.code === 'INTERNAL') printStack(output, fault);
}

function printStack(output: Output, fault: Fault): void {
  const { cause } = fault;
  if (cause instanceof Error && cause.stack !== undefined) output.line(output.paint.dim(cause.stack));
}
