/** Why a patch cannot be read or applied: a sentence without its end, which follows the name of the patch and a colon. */
export class PatchMisfit extends Error {}
