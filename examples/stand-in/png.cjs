// A canvas of RGB pixels with text, written as PNG. The glyphs of font.json are DejaVu Sans, rendered with PHP's GD.
const zlib = require('node:zlib');
const font = require('./font.json');

const characters = [...font.characters];
const faces = Object.fromEntries(
  Object.entries(font.faces).map(([name, { height, widths, pixels }]) => {
    const bytes = zlib.inflateRawSync(Buffer.from(pixels, 'base64'));
    let at = 0;
    const glyphs = new Map(
      characters.map((character, index) => {
        const width = widths[index];
        const glyph = { width, pixels: bytes.subarray(at, at + width * height) };
        at += width * height;
        return [character, glyph];
      }),
    );
    return [name, { height, glyphs }];
  }),
);

const glyphOf = (face, character) => face.glyphs.get(character) ?? face.glyphs.get('?');

/** The width in pixels of a text in a face: regular, bold or heading. */
const textWidth = (text, faceName) =>
  [...text].reduce((sum, character) => sum + glyphOf(faces[faceName], character).width, 0);
const lineHeight = (faceName) => faces[faceName].height;

const table = new Int32Array(256).map((_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
const crc = (bytes) => {
  let value = -1;
  for (const byte of bytes) value = (value >>> 8) ^ table[(value ^ byte) & 255];
  return (value ^ -1) >>> 0;
};
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function createCanvas(width, height, background) {
  const pixels = Buffer.alloc(width * height * 3);
  const mix = (x, y, [r, g, b], share) => {
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    const at = (y * width + x) * 3;
    pixels[at] += ((r - pixels[at]) * share) / 255;
    pixels[at + 1] += ((g - pixels[at + 1]) * share) / 255;
    pixels[at + 2] += ((b - pixels[at + 2]) * share) / 255;
  };
  const box = (left, top, boxWidth, boxHeight, colour) => {
    for (let y = Math.max(0, top); y < Math.min(height, top + boxHeight); y += 1) {
      for (let x = Math.max(0, left); x < Math.min(width, left + boxWidth); x += 1) mix(x, y, colour, 255);
    }
  };
  box(0, 0, width, height, background);
  return {
    box,
    frame: (left, top, boxWidth, boxHeight, edge, inside) => {
      box(left, top, boxWidth, boxHeight, edge);
      box(left + 1, top + 1, boxWidth - 2, boxHeight - 2, inside);
    },
    text: (left, top, text, faceName, colour) => {
      const face = faces[faceName];
      let x = left;
      for (const character of text) {
        const glyph = glyphOf(face, character);
        for (let at = 0; at < glyph.pixels.length; at += 1) {
          if (glyph.pixels[at] > 0)
            mix(x + (at % glyph.width), top + Math.floor(at / glyph.width), colour, glyph.pixels[at]);
        }
        x += glyph.width;
      }
    },
    png: () => {
      const header = Buffer.alloc(13);
      header.writeUInt32BE(width, 0);
      header.writeUInt32BE(height, 4);
      header.set([8, 2, 0, 0, 0], 8);
      const rows = Buffer.alloc((width * 3 + 1) * height);
      for (let y = 0; y < height; y += 1)
        pixels.copy(rows, y * (width * 3 + 1) + 1, y * width * 3, (y + 1) * width * 3);
      const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
      const data = zlib.deflateSync(rows, { level: 3 });
      return Buffer.concat([
        signature,
        chunk('IHDR', header),
        chunk('IDAT', data),
        chunk('IEND', Buffer.alloc(0)),
      ]);
    },
  };
}

module.exports = { createCanvas, textWidth, lineHeight };
