// The page uses this file as well, so it imports nothing.

/** What a request waits for that has to read the tests of a new image or module. */
export const readingTestsNotice =
  'matre is reading the tests of the image and the test modules. For a new image this can take minutes; it is done once.';

/** A request that takes longer shows the notice: most answers about tests take less than a second. */
export const readingTestsNoticeMs = 5_000;
