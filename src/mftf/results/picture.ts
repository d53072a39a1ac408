const png = Buffer.from('\x89PNG', 'latin1');
const jpeg = Buffer.from('\xff\xd8\xff', 'latin1');

/** Whether the first bytes of a file are those of a picture, as browsers and their drivers write them: PNG or JPEG. */
export function isPicture(start: Uint8Array): boolean {
  return [png, jpeg].some((signature) => signature.every((byte, at) => start[at] === byte));
}
