/** Reads what a definition contains. Each callback gets a path below the definition: `/before/click`, '' for the definition. */
export interface ContentReader {
  open(at: string, attributes: Record<string, string>, line: number): void;
  text(at: string, text: string): void;
  close(at: string): void;
}
