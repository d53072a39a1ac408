/**
 * What this process knows of the database besides its tables, for triggers that keep older processes from what they do not know (the
 * migration 0041). Each connection sets it.
 */
export const setKnows = "SET matre.knows = 'sources'";
