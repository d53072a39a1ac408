/**
 * The content security policy allows only style elements with this nonce (src/server/http/page.ts). It is set before the first
 * render, because the package that locks scrolling behind Mantine's dialogs reads it from this global name.
 */
export const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
Object.assign(globalThis, { __webpack_nonce__: nonce });
