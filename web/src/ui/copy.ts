/** Puts text into the clipboard. Browsers have the modern way on HTTPS and loopback only. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  field.setAttribute('readonly', '');
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}
