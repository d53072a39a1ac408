/** Percent-decodes a text; percent signs that encode nothing stay. */
export function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
