export interface Shortcut {
  /** One key, or a sequence of two: `g o`. */
  keys: string;
  description: string;
  run: () => void;
}
