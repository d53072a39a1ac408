export interface Shortcut {
  /** One key, a sequence of two (`g o`), or a key with Ctrl or Cmd (`Ctrl+k`), which also works in fields. */
  keys: string;
  description: string;
  run: () => void;
}
