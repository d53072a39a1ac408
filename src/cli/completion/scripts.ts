export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/**
 * The completion scripts. Each asks `matre complete`, which prints a line for each candidate: the value, and after a tab what it is.
 * A value is data for the scripts: they quote it, and never evaluate it.
 */
export const completionScripts: Record<Shell, string> = {
  // Bash splits words at : and =, so matre gets the line as it was typed, and prints what follows the last split.
  bash: `# bash completion of matre: eval "$(matre completion bash)"
_matre() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("$(printf %q "\${line%%$'\\t'*}")")
  done < <(matre complete --line "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -o default -F _matre matre
`,
  zsh: `#compdef matre
# zsh completion of matre: eval "$(matre completion zsh)", after compinit
_matre() {
  local line
  local -a values texts
  while IFS= read -r line; do
    values+=("\${line%%$'\\t'*}")
    texts+=("\${line/$'\\t'/  }")
  done < <(matre complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if (( $#values )); then compadd -l -d texts -a values; else _files; fi
}
compdef _matre matre
`,
  fish: `# fish completion of matre: matre completion fish | source
function __matre_complete
  set -l typed (commandline -opc)
  matre complete -- $typed[2..-1] (commandline -ct) 2>/dev/null
end
complete -c matre -f -a '(__matre_complete)'
`,
};
