/** As many as an environment has. */
export const secrets = [
  'Admin!23/é"x&y<z\'w',
  'sk_test_51Habcdefghijk',
  'mysql://root:pass@db/x',
  'root:pass1234',
  'JBSWY3DPEHPK3PXP',
  'eyJhbGciOiJIUzI1NiJ9.e30.abc',
  'hunter2secret',
  '4111111111111111',
  'p@ssw0rd!',
  'xoxb-1234-abcd',
  'magento123',
  's3cr3tS4lt',
];

const times = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join('');

/** Lines as Codeception and MFTF write them, one in 200 with a secret. */
export const logText = times(400, (index) =>
  [
    `AdminCreateProduct${index}Test: Admin creates a simple product\n`,
    `Signature: Magento\\AcceptanceTest\\_default\\Backend\\AdminCreateProduct${index}Cest:AdminCreateProduct${index}Test\n`,
    'Test: tests/functional/Magento/_generated/default/AdminCreateProductTestCest.php:AdminCreateProductTest\n',
    'Scenario --\n',
    ` [openProductPage] I am on page "/admin/catalog/product/new/set/4/type/simple/back/edit/?id=${index}"\n`,
    ` [fillName] I fill field ".admin__field[data-index=name] input","Mug ${index} – blue"\n`,
    ` [waitForElement] I wait for element visible "//div[@data-index='content']//span[text()='Content']",30\n`,
    ' [seeSaved] I see "You saved the product.",".message-success"\n',
    ` <info>Response: {"id":${index},"url":"https:\\/\\/shop.test\\/mug-blue.html?a=1&b=%2Fpath%2F","price":"12.00"}</info>\n`,
    index % 20 === 0
      ? ' [login] I fill field "#login","Admin!23/é\\"x&y<z\'w"\n'
      : ' [scroll] I scroll to top of page \n',
    ' PASSED \n\n',
  ].join(''),
);

/** A page that is kept beside a screenshot. */
export const pageText = `<!doctype html><html lang="en"><head><title>Catalog &amp; Products</title></head><body class="catalog-product-view">
${times(
  200,
  (
    index,
  ) => `<div class="admin__field field-${index}" data-index="name" data-bind="css: {'_required': true}"><a href="https://shop.test/mug-${index}.html?a=1&amp;b=2">Mug&nbsp;${index} &ndash; blue</a></div>
<script type="text/x-magento-init">{"#form-${index}":{"Magento_Ui/js/core/app":{"components":{"url":"https:\\/\\/shop.test\\/rest\\/V1\\/${index}"}}}}</script>\n`,
)}</body></html>\n`;

/** Texts with which a search may take long. */
export const hostileTexts: Record<string, string> = {
  'the beginning of a secret, again and again': 'Admin!23/é"x&y<z\'',
  'the beginning of another one': 'hunter2hunter2secre',
  backslashes: '\\',
  'escaped backslashes': '\\\\\\"',
  quotes: '"\'',
  'line breaks': '\r\n',
  'percent signs': '%25',
  'percent-encoded letters': '%41%64',
  entities: '&amp;&#65;&#x41;&quot;',
  'entities without an end': '&#x',
  ampersands: '&',
  'base64 of the beginning of a secret': 'QWRtaW4hMjMv',
  'one letter': 'a',
};
