export interface Shortcut {
  /** One key, or two after each other: `g o`. */
  keys: string;
  what: string;
  run: () => void;
}
