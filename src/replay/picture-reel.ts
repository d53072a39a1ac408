/** A picture of a page: a JPEG in base64. */
export interface Picture {
  at: number;
  data: string;
}

/** The pictures of a recording, within limits. */
export interface PictureReel {
  add(picture: Picture): void;
  /** All that are kept, in the order of time. */
  pictures(): Picture[];
  /** Bytes of their data. */
  bytes(): number;
  /** How many were left out because of the limits. */
  leftOut(): number;
  /** Removes pictures until they have at most so many bytes. */
  shrink(maxBytes: number): void;
}

/** Two pictures that are closer show the same step, and a page that is animated makes thirty a second. */
const minGapMs = 250;

/**
 * Keeps pictures up to `maxBytes`. Of those that are closer than 250 ms the last one counts, which shows what the page came to. Beyond
 * the limit every second one of the older half goes: the end of a test, where it fails, stays in detail, and its beginning stays too.
 */
export function createPictureReel(maxBytes: number): PictureReel {
  let pictures: Picture[] = [];
  let bytes = 0;
  let leftOut = 0;
  /** When the last picture was one that the next may replace: the time of the one before. */
  let gapStart = Number.NEGATIVE_INFINITY;

  const thin = (limit: number) => {
    while (bytes > limit && pictures.length > 0) {
      const half = Math.ceil(pictures.length / 2);
      // The first picture of all is the last to go.
      const stays = (index: number) => index >= half || (index % 2 === 0 && pictures.length > 2);
      const before = pictures.length;
      pictures = pictures.filter((_, index) => stays(index));
      leftOut += before - pictures.length;
      bytes = pictures.reduce((sum, { data }) => sum + data.length, 0);
    }
  };

  return {
    add(picture) {
      const last = pictures.at(-1);
      if (last?.data === picture.data) return;
      if (last !== undefined && picture.at - gapStart < minGapMs) {
        pictures.pop();
        bytes -= last.data.length;
      } else {
        gapStart = picture.at;
      }
      pictures.push(picture);
      bytes += picture.data.length;
      thin(maxBytes);
    },
    pictures: () => pictures,
    bytes: () => bytes,
    leftOut: () => leftOut,
    shrink: thin,
  };
}
