/** A test as MFTF sees it after merging. */
export interface CatalogTest {
  name: string;
  /** The files that declare it, in the order of merging. */
  files: string[];
  /** The line of its first declaration. */
  line: number;
  /** The name of its Magento module without the vendor, which is also its Allure feature. */
  module: string | undefined;
  /** The whole name of that module, such as `Magento_Checkout`. */
  moduleName: string | undefined;
  groups: string[];
  title: string | undefined;
  severity: string | undefined;
  extends: string | undefined;
  /** Why it is skipped: the issues, or that its parent is. Absent when it is not. */
  skip: string[] | undefined;
  /** Why MFTF cannot generate it. Absent when it can. */
  unusable: string | undefined;
  /** The suites it runs in; without any it runs alone. */
  suites: string[];
}
