/** Why no Cest can be written for a step. It names no file and no line: the caller knows the test or suite. */
export class CestRefusal extends Error {}
