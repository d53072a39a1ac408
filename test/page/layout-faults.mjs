// Runs in the page: finds text that is cut without a way to read it, actions that cannot be reached, and texts that overlap.
// Its last statement is its value: a list of `{ kind, what, where }`. The page must be idle.

/** Pixels by which boxes may differ: rounding, and the side bearing of letters. */
const tolerance = 1.5;
/** The same in height, where one pixel is all of a descender that a small letter has. */
const heightTolerance = 0.75;

/** Pixels that a text which is cut must still have: those of an ellipsis. */
const leastWidth = 10;

function isShown(element) {
  return element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
}

/** For screen readers only: clipped to nothing, or to a pixel. */
function isForReadersOnly(element) {
  for (let each = element; each; each = each.parentElement) {
    const { clip, clipPath, position } = getComputedStyle(each);
    if (position !== 'absolute') continue;
    if (clipPath === 'inset(50%)' || (clip !== 'auto' && each.offsetWidth <= 1)) return true;
  }
  return false;
}

/** The texts of the page with their boxes, a box for each line. */
function visibleTexts() {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === '' || element.closest('script, style, noscript, option, svg, iframe')) continue;
    if (!isShown(element) || isForReadersOnly(element)) continue;
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter(({ width, height }) => width > 1 && height > 1);
    if (boxes.length > 0) texts.push({ element, text: node.data.trim(), boxes });
  }
  return texts;
}

const clips = (overflow) => overflow === 'hidden' || overflow === 'clip';
const scrolls = (overflow) => overflow === 'auto' || overflow === 'scroll';

/** The ancestor that cuts a box, and in which direction; an ancestor that scrolls shows it all. */
function cutBy(element, box) {
  let x = true;
  let y = true;
  for (let each = element; each && each !== document.body && (x || y); each = each.parentElement) {
    const { overflowX, overflowY, position, display } = getComputedStyle(each);
    if (display !== 'inline') {
      const edge = each.getBoundingClientRect();
      if (x && clips(overflowX) && (box.left < edge.left - tolerance || box.right > edge.right + tolerance))
        return { by: each, direction: 'horizontally' };
      if (
        y &&
        clips(overflowY) &&
        (box.top < edge.top - heightTolerance || box.bottom > edge.bottom + heightTolerance)
      )
        return { by: each, direction: 'vertically' };
      if (scrolls(overflowX)) x = false;
      if (scrolls(overflowY)) y = false;
    }
    if (position === 'fixed') break;
  }
  return undefined;
}

/**
 * Whether the whole text can be read where it is cut: a tooltip of the page on it or around it, the card of a run on the
 * time axis, the full time of a relative one, a title that has the text, or a button beside it that unfolds it.
 */
function isReadable({ element, text }, by) {
  const long = element.closest('[data-whole]');
  // What cuts the long text from outside may leave nothing of it.
  if (long?.contains(by) && long.dataset.whole.includes(text)) return by.clientWidth >= leastWidth;
  if (element.closest('[data-has-card], time[title], [aria-hidden="true"]')) return true;
  for (let each = element; each && each !== document.body; each = each.parentElement) {
    if (each.title?.replace(/\s+/g, ' ').includes(text.replace(/\s+/g, ' '))) return true;
  }
  return by.parentElement?.querySelector(':scope > [aria-expanded], :scope > * > [aria-expanded]') != null;
}

function pathOf(element) {
  const names = [];
  for (let each = element; each && each !== document.body && names.length < 4; each = each.parentElement) {
    names.unshift(
      each.tagName.toLowerCase() +
        (typeof each.className === 'string' && each.className ? `.${each.className.split(' ').at(-1)}` : ''),
    );
  }
  return names.join(' > ');
}

const short = (text) => (text.length > 60 ? `${text.slice(0, 57)}...` : text);

/** Whether a line is cut through its letters, which no other text makes good. */
function isCutThrough(box, { by, direction }) {
  const { top, bottom } = by.getBoundingClientRect();
  return direction === 'vertically' && box.top < bottom && box.bottom > top;
}

function cutTexts(texts) {
  return texts.flatMap((each) => {
    for (const box of each.boxes) {
      const cut = cutBy(each.element, box);
      if (cut && (isCutThrough(box, cut) || !isReadable(each, cut.by)))
        return [{ kind: `cut ${cut.direction}`, what: short(each.text), where: pathOf(each.element) }];
    }
    return [];
  });
}

const controls =
  'a[href], button, input, select, textarea, [role="button"], [role="link"], [role="checkbox"], [tabindex="0"]';

/** Actions beside the window, or cut away; an area that scrolls shows its actions if it has a name: the
 * focus scrolls it. */
function unreachableActions() {
  const width = document.documentElement.clientWidth;
  return [...document.body.querySelectorAll(controls)].flatMap((element) => {
    if (!isShown(element) || isForReadersOnly(element)) return [];
    // Of the many runs on the time axis the keyboard reaches one per lane, and the arrow keys the others; those that wait beyond
    // its end are in the list of waiting runs.
    if (element.tabIndex < 0) return [];
    const box = element.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1) return [];
    const problem = unreachable(element, box, width);
    const what = short(element.ariaLabel || element.innerText?.trim() || element.tagName);
    return problem
      ? [{ kind: problem, what, where: `${pathOf(element)} at x = ${Math.round(box.left)}` }]
      : [];
  });
}

const isNamed = (element) => Boolean(element.ariaLabel || element.getAttribute('aria-labelledby'));

function unreachable(element, box, width) {
  for (let each = element.parentElement; each && each !== document.body; each = each.parentElement) {
    const { overflowX, display } = getComputedStyle(each);
    if (display === 'inline') continue;
    const edge = each.getBoundingClientRect();
    const isBeside = box.left > edge.right - 4 || box.right < edge.left + 4;
    const sticksOut = box.right > edge.right + tolerance || box.left < edge.left - tolerance;
    if (clips(overflowX) && isBeside) return 'action cut away';
    if (!scrolls(overflowX)) continue;
    if (!sticksOut) continue;
    // What a person must do often must not have to be scrolled to; a heading that sorts is beside its values.
    if (
      element.matches('button, [role="button"]') &&
      element.closest('td, th, li, [role="row"], [role="listitem"]') &&
      !element.closest('thead')
    )
      return 'action out of sight in its row';
    return isNamed(each) ? undefined : 'action in an area that scrolls without a name';
  }
  return box.right > width + tolerance || box.left < -tolerance ? 'action beside the window' : undefined;
}

/** Whether `element` lies over what is behind it on purpose: up to the common ancestor, a positioned box has a background. */
function covers(element, ancestor) {
  for (let each = element; each && each !== ancestor; each = each.parentElement) {
    const { position, backgroundColor, zIndex } = getComputedStyle(each);
    const isOpaque = !/^rgba\(.*, 0(\.\d+)?\)$|^transparent$/.test(backgroundColor);
    if (
      isOpaque &&
      (position === 'sticky' || position === 'fixed' || position === 'absolute' || zIndex !== 'auto')
    )
      return true;
  }
  return false;
}

function commonAncestor(a, b) {
  let each = a;
  while (each && !each.contains(b)) each = each.parentElement;
  return each;
}

/** The part of a box that its ancestors show. */
function shownPart(element, box) {
  let { left, right, top, bottom } = box;
  for (let each = element; each && each !== document.body; each = each.parentElement) {
    const { overflowX, overflowY, display } = getComputedStyle(each);
    if (display === 'inline') continue;
    const edge = each.getBoundingClientRect();
    if (overflowX !== 'visible') [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
    if (overflowY !== 'visible') [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
  }
  return { left, right, top, bottom };
}

/** Pairs of texts, and of texts and fields, whose boxes share an area. */
function overlaps(texts) {
  const boxes = texts.flatMap(({ element, text, boxes: lines }) =>
    lines.map((line) => ({ element, text, ...shownPart(element, line) })),
  );
  for (const element of document.body.querySelectorAll('input, select, textarea, img, button')) {
    if (!isShown(element) || isForReadersOnly(element)) continue;
    const { width, height } = element.getBoundingClientRect();
    if (width > 2 && height > 2)
      boxes.push({ element, text: element.tagName, ...shownPart(element, element.getBoundingClientRect()) });
  }
  const solid = boxes.filter(({ left, right, top, bottom }) => right - left > 3 && bottom - top > 3);
  solid.sort((a, b) => a.top - b.top);
  const pairs = new Map();
  for (const [index, a] of solid.entries()) {
    for (let next = index + 1; next < solid.length && solid[next].top < a.bottom - 3; next++) {
      const b = solid[next];
      const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const height = Math.min(a.bottom, b.bottom) - b.top;
      if (width <= 3 || height <= 4 || a.element.contains(b.element) || b.element.contains(a.element))
        continue;
      const ancestor = commonAncestor(a.element, b.element);
      if (covers(a.element, ancestor) || covers(b.element, ancestor) || isField(a.element, b.element))
        continue;
      // A dialog and a notification are in front of the view.
      if (frontOf(a.element) !== frontOf(b.element)) continue;
      const what = `${short(a.text)} / ${short(b.text)}`;
      pairs.set(what, { kind: 'overlap', what, where: `${pathOf(a.element)} / ${pathOf(b.element)}` });
    }
  }
  return [...pairs.values()];
}

const frontOf = (element) => element.closest('[role="dialog"], [role="alert"]');

/** An icon or a button inside of a field, or a label that is drawn on a field, as component libraries place them. */
function isField(a, b) {
  const field = [a, b].find((each) => each.matches('input, select, textarea'));
  // The field of a password is one level deeper than its button.
  const frame = field?.closest('[class*="Input-wrapper"]') ?? field?.parentElement;
  return frame?.contains(a) && frame.contains(b);
}

function pageWidth() {
  const excess = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return excess > 0 ? [{ kind: 'page too wide', what: `${excess} px`, where: 'html' }] : [];
}

/** Lays out also what the browser skips because it is out of view: its boxes are estimates otherwise. */
function withWholeLayout(measure) {
  const { adoptedStyleSheets } = document;
  const style = new CSSStyleSheet();
  style.replaceSync('* { content-visibility: visible !important; }');
  document.adoptedStyleSheets = [...adoptedStyleSheets, style];
  try {
    return measure();
  } finally {
    document.adoptedStyleSheets = adoptedStyleSheets;
  }
}

withWholeLayout(() => {
  const texts = visibleTexts();
  return [...pageWidth(), ...cutTexts(texts), ...unreachableActions(), ...overlaps(texts)];
});
