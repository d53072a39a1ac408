/** A test module of an environment, as users set it. What is missing is as in the settings. */
export interface EnvironmentModule {
  /** Unique within the environment. */
  name: string;
  /** A git address without credentials. */
  repository?: string | undefined;
  branch?: string | undefined;
  /** A folder on the hosts of workers, instead of a repository. */
  path?: string | undefined;
  /** The folder in the container, below the root of Magento. */
  target?: string | undefined;
  username?: string | undefined;
  hasPassword: boolean;
}

/** A test module of a run with its commit, the same for all attempts. */
export interface PinnedModule {
  name: string;
  /** Its git address without credentials; `undefined` for a folder. */
  repository?: string | undefined;
  /** Whose newest commit it is, unless the run has a ref; `undefined` for a folder. */
  branch?: string | undefined;
  /** The folder in the container, below the root of Magento. */
  target: string;
  /** The id of the commit. */
  id: string;
  /** The first line of its message. */
  subject: string;
}
