/** A test as MFTF sees it after merging. */
export interface CatalogTest {
  name: string;
  /** Where it is declared, in the order of merging. */
  files: string[];
  /** The name of its Magento module without the vendor; it is also its Allure feature. */
  module: string | undefined;
  groups: string[];
  title: string | undefined;
  severity: string | undefined;
  extends: string | undefined;
  /** Why it is skipped: the issues, or what happens to its parent. Absent when it is not. */
  skip: string[] | undefined;
  /** Why MFTF generates nothing for it, in words. Absent when it does. */
  unusable: string | undefined;
  /** The suites it runs in; without any it runs by itself. */
  suites: string[];
}
