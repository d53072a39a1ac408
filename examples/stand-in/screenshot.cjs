// A screenshot of a page, as a plain browser would lay it out: bands, headings, text, fields and buttons.
const { isHidden, textOf } = require('./dom.cjs');
const { createCanvas, lineHeight, textWidth } = require('./png.cjs');

const colours = {
  paper: [255, 255, 255],
  ink: [33, 37, 41],
  faint: [108, 117, 125],
  link: [0, 91, 170],
  band: [31, 41, 55],
  onBand: [243, 244, 246],
  edge: [190, 196, 204],
  action: [22, 101, 192],
  success: [220, 245, 226],
  error: [252, 224, 224],
  notice: [255, 243, 205],
  picture: [226, 232, 240],
};
const width = 1024;
const height = 768;
const margin = 48;

const blocks =
  /^(p|div|li|tr|h[1-6]|section|article|header|footer|main|form|nav|ul|ol|table|label|fieldset|dl|dd|dt|pre|br|hr)$/;
const classOf = (node) => ` ${node.attributes.class ?? ''} `;

function messageColour(node) {
  const names = classOf(node);
  if (!names.includes(' message ') && !/message-/.test(names)) return undefined;
  if (/error/.test(names)) return colours.error;
  return /success/.test(names) ? colours.success : colours.notice;
}

/** The PNG of `page` (`{ url, document }`). */
function renderPage(page) {
  const canvas = createCanvas(width, height, colours.paper);
  const at = { x: margin, y: 0, line: 0 };
  const style = { face: 'regular', colour: colours.ink };

  const newLine = (gap = 0) => {
    if (at.x > margin) at.y += at.line;
    at.y += at.x > margin || gap > 0 ? gap : 0;
    at.x = margin;
    at.line = 0;
  };
  const take = (itemWidth, itemHeight) => {
    if (at.x + itemWidth > width - margin && at.x > margin) newLine(2);
    at.line = Math.max(at.line, itemHeight);
    const place = { x: at.x, y: at.y };
    at.x += itemWidth + 6;
    return place;
  };
  const write = (text, { face, colour }) => {
    for (const word of text.split(/\s+/).filter(Boolean)) {
      const { x, y } = take(textWidth(word, face) - 2, lineHeight(face));
      canvas.text(x, y, word, face, colour);
    }
  };

  const field = (node) => {
    const value =
      node.attributes.type === 'password'
        ? '••••••••'.slice(0, (node.attributes.value ?? '').length)
        : node.attributes.value;
    const { x, y } = take(240, 32);
    canvas.frame(x, y + 2, 240, 28, colours.edge, colours.paper);
    canvas.text(
      x + 8,
      y + 6,
      (value || node.attributes.placeholder || '').slice(0, 30),
      'regular',
      value ? colours.ink : colours.faint,
    );
  };
  const button = (node) => {
    const text = textOf(node) || node.attributes.value || '';
    const { x, y } = take(textWidth(text, 'bold') + 28, 34);
    canvas.box(x, y + 2, textWidth(text, 'bold') + 28, 30, colours.action);
    canvas.text(x + 14, y + 7, text, 'bold', colours.paper);
  };

  const draw = (node, current) => {
    if (at.y > height) return;
    if (node.text !== undefined) return write(node.text, current);
    if (node.tag !== '#document' && isHidden(node)) return;
    if (node.tag === 'header') return band(node);
    if (node.tag === 'input' || node.tag === 'textarea' || node.tag === 'select') return field(node);
    if (node.tag === 'button') return button(node);
    if (node.tag === 'img' || node.tag === 'svg') {
      const { x, y } = take(120, 84);
      return canvas.frame(x, y, 120, 80, colours.edge, colours.picture);
    }
    const inner = { ...current };
    if (/^h[1-6]$/.test(node.tag)) inner.face = node.tag === 'h1' ? 'heading' : 'bold';
    if (/^(b|strong|th)$/.test(node.tag) || classOf(node).includes(' price ')) inner.face = 'bold';
    if (node.tag === 'a') inner.colour = colours.link;
    if (node.tag === 'small' || node.tag === 'footer') inner.colour = colours.faint;
    if (node.tag === 'td' || node.tag === 'th') {
      const column = node.parent.children.filter((child) => child.tag).indexOf(node);
      at.x = Math.max(at.x, margin + column * 200);
    }
    const block = blocks.test(node.tag);
    if (block) newLine(4);
    const colour = messageColour(node);
    if (colour) {
      canvas.box(margin, at.y, width - 2 * margin, 30, colour);
      at.x += 12;
      at.y += 5;
    }
    for (const child of node.children) draw(child, inner);
    if (colour) at.y += 10;
    if (block) newLine(/^(h\d|p|form|section|article|table)$/.test(node.tag) ? 8 : 2);
  };

  const band = (node) => {
    newLine();
    canvas.box(0, at.y, width, 56, colours.band);
    at.y += 14;
    const plain = (one) => {
      if (one.text !== undefined) return write(one.text, { face: 'bold', colour: colours.onBand });
      if (isHidden(one)) return;
      if (one.tag === 'input') return field(one);
      if (one.tag === 'button') return button(one);
      for (const child of one.children) plain(child);
      at.x += 10;
    };
    for (const child of node.children) plain(child);
    newLine();
    at.y = Math.max(at.y, 56) + 20;
  };

  draw(page.document, style);
  canvas.box(0, height - 26, width, 26, [243, 244, 246]);
  canvas.text(12, height - 23, page.url, 'regular', colours.faint);
  return canvas.png();
}

module.exports = { renderPage };
