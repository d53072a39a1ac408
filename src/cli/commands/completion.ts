import { Argument, type Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { completionScripts, type Shell, shells } from '../completion/scripts.ts';

const helpFooter = `
Names of environments, tests, groups, suites, runs and schedules come from the server that commands use, within a
second and a half, and from a cache when it does not answer. Without a server only commands and options are completed.

Examples:
  echo 'eval "$(matre completion bash)"' >> ~/.bashrc
  echo 'eval "$(matre completion zsh)"' >> ~/.zshrc          # after compinit
  matre completion fish > ~/.config/fish/completions/matre.fish`;

export function registerCompletion(command: Command, context: CliContext): void {
  command
    .addArgument(new Argument('<shell>', 'shell').choices(shells))
    .addHelpText('after', helpFooter)
    .action((shell: Shell) => void context.terminal.stdout.stream.write(completionScripts[shell]));
}
