/**
 * The form by which names are compared: NFKC in lower case. Computed here alone, because the functions of databases depend on their
 * locale: `lower` of PostgreSQL may turn `İ` (U+0130) into `i`, and JavaScript turns it into `i` with a dot above.
 */
export function nameKey(name: string): string {
  // JavaScript writes a capital sigma as ς at the end of a word, and as σ elsewhere.
  return name.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
}
