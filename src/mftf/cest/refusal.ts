/** Why no Cest can be written for a step; the caller adds file and line. */
export class CestRefusal extends Error {}
