// The limits of inputs and lists that several rooms use, and the page. It is the one file of the server whose values the page may
// import, so it imports nothing.

/** The largest number of slots of an environment: no shop can take more, and no worker. */
export const maxSlots = 16;

/** The largest absolute priority of a run. */
export const maxPriority = 1000;

/** How many environments one request, or one schedule, may name. */
export const maxEnvironments = 200;

/** How many queued runs the overview lists; it counts all of them. */
export const maxListedQueuedRuns = 200;

/** The maximum age at which a missed time of a schedule is caught up, in minutes: a week. */
export const maxCatchUpMinutes = 10_080;

/** Characters of the reason for which an environment is paused. */
export const maxPauseReasonLength = 500;

/** Characters of the name of a user. */
export const maxUserNameLength = 100;

/** Characters of the name of a token. */
export const maxTokenNameLength = 100;

/** Characters of the name of an environment, and of its administrator. */
export const maxNameLength = 200;

/** Characters of the name of a test, suite or group. */
export const maxTestNameLength = 255;

/** Characters of the password of a Magento administrator. */
export const maxAdminPasswordLength = 1000;

/** Characters of the password of a user; the limit keeps hashing fast. */
export const maxPasswordLength = 500;
