/**
 * What this process knows of the database besides its tables, for triggers that keep older processes from what they do not know (the
 * migrations 0041, 0044 and 0053). Each connection sets it.
 */
export const setKnows = `SELECT set_config('matre.knows', 'sources', false), set_config('matre.rotations', 'on', false),
  set_config('matre.playwright', 'on', false)`;
