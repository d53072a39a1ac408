// The limits of inputs and lists that several rooms use, and the page. It is the one file of the server whose values the page may
// import, so it imports nothing.

/** The largest number of slots of an environment: no shop can take more, and no worker. */
export const maxSlots = 16;

/** The largest absolute priority of a run. */
export const maxPriority = 1000;

/** How often a failed test of a run may be retried automatically. */
export const maxRetryFailed = 10;

/** The largest limit of failures of a run: more than any module has tests. */
export const maxMaxFailures = 1_000_000;

/** How many environments one request, or one schedule, may name. */
export const maxEnvironments = 200;

/** How many queued runs the overview lists; it counts all of them. */
export const maxListedQueuedRuns = 200;

/** The maximum age at which a missed time of a schedule is caught up, in minutes: a week. */
export const maxCatchUpMinutes = 10_080;

/** Characters of the reason for which an environment is paused. */
export const maxPauseReasonLength = 500;

/** Characters of the reason of a reservation. */
export const maxReservationReasonLength = 500;

/** How long a reservation may be, in milliseconds: two weeks. */
export const maxReservationMs = 14 * 24 * 60 * 60 * 1000;

/** How far away the begin of a reservation may be, in milliseconds: a quarter. */
export const maxReservationAheadMs = 90 * 24 * 60 * 60 * 1000;

/** Reservations of an environment that have not ended. */
export const maxOpenReservations = 20;

/** The longest limit of waiting of a run or reservation, in milliseconds: two weeks. */
export const maxWaitMs = 14 * 24 * 60 * 60 * 1000;

/** How far away the end of a quarantine may be, in days: a quarter, after which its owner decides again. */
export const maxQuarantineDays = 90;

/** Characters of the reason of a quarantine, and of the note of a cause. */
export const maxTriageReasonLength = 500;

/** Characters of the name of who repairs a test or looks after a cause. */
export const maxTriageOwnerLength = 100;

/** Characters of the link of the note of a cause. */
export const maxTriageLinkLength = 2_000;

/** Characters of the name of a user. */
export const maxUserNameLength = 100;

/** Characters of the name of a token. */
export const maxTokenNameLength = 100;

/** Characters of the name of an environment, and of its administrator. */
export const maxNameLength = 200;

/** Characters of the name of a test, suite or group. */
export const maxTestNameLength = 255;

/** Characters of the description of a saved selection. */
export const maxDescriptionLength = 1000;

/** Characters of the description of a variable. */
export const maxVariableDescriptionLength = 500;

/** Variables that one request may set. */
export const maxVariables = 1000;

/** How far away the time of a rotation may be, in milliseconds: a year. */
export const maxRotationAheadMs = 365 * 24 * 60 * 60 * 1000;

/** Patterns of a selection, and modules: each is compared with the names of all tests. */
export const maxPatterns = 100;
/** Of the regular expression that Playwright tests are selected by. */
export const maxPlaywrightGrepLength = 1_000;

/** Characters of the password of a Magento administrator. */
export const maxAdminPasswordLength = 1000;

/** Characters of the password of a user; the limit keeps hashing fast. */
export const maxPasswordLength = 500;

/** Characters of a code of a second factor: more than a recovery code has with blanks between its groups. */
export const maxCodeLength = 40;

// What is read of a test module, of the Magento tree of an image, and of the files of a test: more ends with a fault that names
// the file or the limit. Magento 2.4.4 has 8,055 files of tests and data with 28 MB, the largest with 76 kB; reading them from a
// container takes 4 s.

/** Files that MFTF would read of a module or a tree. */
export const maxTreeFiles = 250_000;

/** Bytes of one of these files. */
export const maxTreeFileBytes = 16 * 1024 * 1024;

/** Bytes of all of them. */
export const maxTreeBytes = 256 * 1024 * 1024;

/** Bytes of all files of a checkout of a module. git packs a file of zeros of any length into kilobytes. */
export const maxCheckoutBytes = 4 * 1024 ** 3;

/** Files, links and folders of a checkout of a module. */
export const maxCheckoutEntries = 1_000_000;

/** Folders of a module, links included: links to folders with links multiply them. */
export const maxTreeFolders = 50_000;

/** Folders that contain each other, links included. */
export const maxTreeDepth = 64;

/** Elements of an XML file that contain each other; Magento 2.4.4 nests 13. */
export const maxXmlDepth = 64;

/** Declarations of tests in a module or a tree; Magento 2.4.4 has 3,431. */
export const maxDeclaredTests = 20_000;

/** Files registration.php of a module or a tree that only PHP can read; Magento 2.4.4 has 50. */
export const maxOpenRegistrations = 1_000;

/** Bytes of them. */
export const maxOpenRegistrationBytes = 4 * 1024 * 1024;

/** Patches of the framework in a folder of a module. */
export const maxPatches = 100;

/** Bytes of all patches in a folder of a module. */
export const maxPatchBytes = 1024 * 1024;

/** Files that the patches of a run may change, and bytes of all of them. */
export const maxPatchedFiles = 500;
export const maxPatchedBytes = 4 * 1024 * 1024;

/** How long reading or applying patches may take, in milliseconds. */
export const maxPatchMs = 60_000;

/** Texts that are hidden in the outputs of a run: its secrets, and each line of a private key. */
export const maxHiddenTexts = 2_000;

/** Attachments of a result. */
export const maxAttachments = 100;

/** Characters of the name of an attachment. */
export const maxAttachmentNameLength = 255;

/** How long copying or reading a module or a tree may take, in milliseconds. */
export const maxTreeMs = 10 * 60_000;

/** How long an answer about the tests may take, such as the tests of a selection, in milliseconds. */
export const maxQueryMs = 2 * 60_000;

/** How long reading the result files of a test or suite may take, in milliseconds. */
export const maxResultsMs = 2 * 60_000;

/** Bytes of what a worker thread sends to the event loop at a time, which reads them in one piece. */
export const maxAnswerBytes = 8 * 1024 * 1024;

/** Characters of the message of a fault in a worker thread: names of a module in it may have megabytes. */
export const maxFaultMessageLength = 4_000;

/** Memory of the heap of a worker thread, in MB. */
export const maxThreadHeapMegabytes = 1_024;

/** Bytes of the generated tests of a run; all of Magento 2.4.4 have 91 MB. */
export const maxGeneratedBytes = 256 * 1024 * 1024;

/** Files that are kept of the output of one process. */
export const maxOutputFiles = 10_000;

/** Bytes per second that a worker reads of the output of all its tests; those that write more are slowed down. */
export const maxOutputRate = 16 * 1024 * 1024;

/** Steps of a test that are kept; suites of MFTF have hundreds. */
export const maxKeptSteps = 5_000;

/** Characters of the name of a step. */
export const maxStepNameLength = 1_000;

/** Characters of a message in a result. */
export const maxMessageLength = 64 * 1024;

/** How long a hook may take at most, in seconds: a day. */
export const maxHookSeconds = 86_400;

/** How long a hook may take unless it says, in seconds. */
export const defaultHookSeconds = 300;

/** The longest pause between two requests of a hook that waits, in seconds. */
export const maxHookWaitSeconds = 3_600;

/** The largest position of a hook. */
export const maxHookPosition = 100_000;

/** Arguments of the command of a hook. */
export const maxHookArguments = 100;

/** Characters of the address of the request of a hook. */
export const maxHookUrlLength = 2_000;

/** Headers of the request of a hook. */
export const maxHookHeaders = 50;

/** Characters of the body of the request of a hook. */
export const maxHookBodyLength = 65_536;

/** How long the trial of a hook may take, in seconds: a request of a user waits for it. */
export const maxHookTrialSeconds = 120;

/** Bytes of a file that a browser downloaded, and of all that are kept of one process. */
export const maxDownloadBytes = 32 * 1024 * 1024;

/** Files that a browser downloaded and that are brought to a test, or kept. */
export const maxDownloads = 100;
/** Test modules of an environment; each is fetched, copied and read for every run. */
export const maxModulesOfEnvironment = 20;
export const maxRepositoryLength = 1_000;
/** Tokens of forges have at most a few hundred characters. */
export const maxModulePasswordLength = 4_096;

/** Characters of the name of a ref: a path of git on most file systems. */
export const maxRefLength = 255;
