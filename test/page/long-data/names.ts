// Names as long as they come: those of Magento 2.4.4's tests have 81 characters at the 95th percentile and 134 at most,
// and the limits of the server allow environments codes of 63. All words are our own.

const areas = ['Storefront', 'Admin', 'Harbour', 'Api', 'Cron'];
const verbs = ['Verify', 'Create', 'Update', 'Delete', 'Check', 'Reorder', 'Export', 'Validate'];
const things = [
  'Pier',
  'Lantern',
  'ConfigurableRope',
  'BundleOfSails',
  'VirtualMooringTicket',
  'GroupedCrate',
  'CouponOfTheCrew',
  'ShippingByBarge',
  'GuestCheckout',
  'StoreCreditOfTheCaptain',
  'MultishippingAddress',
];
const details = [
  'WithTierPrice',
  'ForTheWholesaleGroup',
  'InSecondStoreView',
  'WhenStockIsEmpty',
  'AfterCurrencyChange',
  'WithSpecialPriceAndTaxOfTheHarbour',
  'UsingDecimalQuantities',
  'ByMassAction',
];

/** The longest name of a test in Magento 2.4.4. */
const longestTestName = 134;

const pick = (list: readonly string[], index: number) => list[index % list.length] as string;

/** Names of tests, all different. Number 0 has 134 characters, about one in twenty has more than 80. */
export function testName(index: number): string {
  const base = `${pick(areas, index)}${pick(verbs, index * 3)}${pick(things, index * 7)}`;
  const count = index % 20 === 0 ? 3 : index % 3;
  const detail = Array.from({ length: count }, (_, nth) => pick(details, index + nth * 5)).join('');
  const name = `${base}${detail}Number${index}`;
  const filler = 'AndThenReturnToTheFirstPageOfTheShopAndRepeatEverythingAsAnotherCustomerOfTheHarbour';
  return index === 0
    ? `${name}${filler}${filler}`.slice(0, longestTestName - 4).concat('Test')
    : `${name}Test`;
}

export const groups = [
  'smoke',
  'checkout',
  'storefrontCheckoutWithStoreCreditAndGiftWrappingOfWholesaleCustomers',
  'two words',
  'catalogue',
];

export const suites = [
  'HarbourSuite',
  'SuiteOfAllOrdersThatAreShippedByBargeToASecondAddressOfTheWholesaleGroup',
];

export const environmentCount = 200;

/** The code of an environment, from 0. One in eight has 63 characters. */
export function environmentCode(index: number): string {
  const number = String(index).padStart(3, '0');
  if (index % 8 !== 0)
    return `${pick(['preprod', 'stage', 'uat'], index)}-${pick(['us', 'es', 'fr', 'de'], index)}-${number}`;
  return `staging-of-the-northern-warehouse-for-business-customers-${'x'.repeat(3)}${number}`.slice(-63);
}

export const environmentName = (index: number) =>
  index % 8 === 0
    ? `Staging of the northern warehouse for business customers with their own price lists, number ${index}`
    : `Shop ${index}`;

export const pauseReason =
  'The database of the shop is being copied from production, which takes until the evening because the table of sales ' +
  'has grown to 480 GB; ask the team of the northern warehouse before you resume it, and see TICKET-48213 for the rest';

export const commitSubject = (index: number) =>
  `Rework how totals of the cart are rounded when a coupon of the crew meets the tax of the harbour, part ${index}`;

export const userName = (index: number) =>
  index % 5 === 0
    ? `maximiliane.fitzgerald-ostermann-${index}@quality-assurance.northern-warehouse.example.org`
    : `user${index}`;

export const scheduleName = (index: number) =>
  index === 0
    ? 'Nightly regression of all shops of the northern warehouse - wholesale group and all markets'
    : `nightly ${index}`;

export const requesters = [
  'schedule nightly 1',
  `schedule ${scheduleName(0)}`,
  'cli:ada',
  `token pipeline-of-the-northern-warehouse-for-pull-requests of ${userName(0)}`,
  userName(5),
];

const urls = 'https://shop.northern-warehouse.example.org/checkout/onepage/success/order/000000147';

/** Messages of failures, each a cause of its own; the values that matter stand at the end of long lines. */
export const failureMessages = [
  `Failed asserting that two strings are equal in the summary of the order, below the shipping address of the customer: ` +
    `expected "Grand Total Incl. Tax 47,19 EUR", but the page shows "Grand Total Incl. Tax 39,00 EUR"`,
  "Element \"//div[contains(@class,'opc-block-summary')]//tr[contains(@class,'grand')]//td[@data-th='Order Total']/strong/" +
    "span[contains(@class,'price')][normalize-space(.)='€47.19']\" was not found within 60 s",
  `Failed asserting that any element by ".messages .message-success" contains the text "Your order number is 000000147" on ${urls}\n\n` +
    "--- Expected\n+++ Actual\n@@ @@\n-'Your order number is 000000147'\n+'Something went wrong while placing your order.'",
  'SUITE PRECONDITION FAILED:\nThe REST API of the shop answered 401 to POST /rest/V1/integration/admin/token: The account sign-in ' +
    'was incorrect or your account is disabled temporarily. Please wait and try again later.',
  'Timed out',
];

export const brokenMessage =
  'The container matre-env-12-1 vanished while the test was running: the host harbour-worker-03.northern-warehouse.example.org ' +
  'ended all processes because its memory was full (out of memory: 15.6 GB of 16 GB in use). The test has no result.';

export const testImage =
  'registry.northern-warehouse.example.org/quality-assurance/magento-functional-tests:2.4.8-p1-php8.3';
