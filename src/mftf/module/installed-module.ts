/** A checkout of a test module, and where it is installed in containers. */
export interface InstalledModule {
  name: string;
  /** The folder below the root of Magento: a real folder, because MFTF resolves links and writes the real path into generated files. */
  target: string;
  /** The id of the commit. */
  id: string;
  /** The path of the checkout on this host. */
  path: string;
}
