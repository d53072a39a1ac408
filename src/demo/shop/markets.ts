/** The products of the sample shops, their languages and currencies, and their deliberate faults. */

export interface Product {
  sku: string;
  name: string;
  /** In cents of the market's currency. */
  cents: number;
  colour: string;
}

export interface Market {
  language: 'en' | 'es';
  words: Record<Word, string>;
  price: (cents: number) => string;
}

/** A deliberate fault of an environment, for which sample tests fail there. */
export type ShopFault =
  /** The payment step has no button to place the order. */
  | 'no-place-order'
  /** The price of a product includes the tax twice; the cart has the correct price. */
  | 'double-tax';

/** The faults of the environments of the demo. Other environments have none. */
const faultsOf: Record<string, ShopFault[]> = {
  'preprod-es': ['no-place-order'],
  'stage-es': ['double-tax'],
};

const english = {
  addToCart: 'Add to Cart',
  added: 'You added {} to your shopping cart.',
  apply: 'Apply',
  cart: 'Shopping Cart',
  cartEmpty: 'You have no items in your shopping cart.',
  checkout: 'Proceed to Checkout',
  coupon: 'Discount code',
  couponApplied: 'You used coupon code {}.',
  couponInvalid: 'The coupon code "{}" is not valid.',
  email: 'E-mail',
  home: 'New arrivals',
  newsletter: 'Newsletter',
  notFound: 'The page you requested was not found',
  payment: 'Payment',
  placeOrder: 'Place Order',
  processing: 'Your order is being processed',
  results: "Search results for: '{}'",
  resultsNone: 'Your search returned no results.',
  search: 'Search',
  shipping: 'Shipping',
  street: 'Street',
  subscribe: 'Subscribe',
  subscribed: 'Thank you for your subscription, {}.',
  thanks: 'Thank you for your purchase!',
  total: 'Total',
};
type Word = keyof typeof english;

const spanish: Record<Word, string> = {
  addToCart: 'Añadir al carrito',
  added: 'Ha añadido {} al carrito.',
  apply: 'Aplicar',
  cart: 'Carrito',
  cartEmpty: 'No tiene artículos en el carrito.',
  checkout: 'Finalizar compra',
  coupon: 'Código de descuento',
  couponApplied: 'Ha usado el cupón {}.',
  couponInvalid: 'El cupón "{}" no es válido.',
  email: 'Correo',
  home: 'Novedades',
  newsletter: 'Boletín',
  notFound: 'No se ha encontrado la página',
  payment: 'Pago',
  placeOrder: 'Realizar pedido',
  processing: 'Estamos procesando su pedido',
  results: "Resultados para: '{}'",
  resultsNone: 'Su búsqueda no ha dado resultados.',
  search: 'Buscar',
  shipping: 'Envío',
  street: 'Calle',
  subscribe: 'Suscribirse',
  subscribed: 'Gracias por su suscripción, {}.',
  thanks: '¡Gracias por su compra!',
  total: 'Total',
};

const markets: Record<'en' | 'es', Market> = {
  en: { language: 'en', words: english, price: (cents) => `$${(cents / 100).toFixed(2)}` },
  es: {
    language: 'es',
    words: spanish,
    price: (cents) => `${(cents / 100).toFixed(2).replace('.', ',')} €`,
  },
};

export const products: Product[] = [
  { sku: 'enamel-mug', name: 'Enamel Mug', cents: 1200, colour: '#b94a48' },
  { sku: 'wool-beanie', name: 'Wool Beanie', cents: 2450, colour: '#2f6f8f' },
  { sku: 'canvas-bag', name: 'Canvas Bag', cents: 3900, colour: '#8a7a4d' },
  { sku: 'storm-lantern', name: 'Storm Lantern', cents: 5600, colour: '#3f6b4f' },
];

/** The market of an environment: Spanish and euros if its code ends in `-es`, else English and dollars. */
export function marketOf(environment: string): Market {
  return environment.endsWith('-es') ? markets.es : markets.en;
}

export function shopFaults(environment: string): ShopFault[] {
  return faultsOf[environment] ?? [];
}
