import { useEffect, useRef, useState } from 'react';
import classes from './long-text.module.css';
import { joinParts } from './split-text.ts';

/** The pointer rests this long on a text before the tip appears, and may leave both this long. */
const restMs = 250;
const margin = 8;

const selector = '[data-whole]';
const wholeOf = (element: Element) => element.getAttribute('data-whole') ?? '';
const textsIn = (element: Element) => [...element.querySelectorAll(selector)];

/** Whether a `LongText` has no room for its whole text. */
function isCut(element: Element): boolean {
  const head = element.firstElementChild;
  return head !== null && head.scrollWidth > head.clientWidth;
}

interface Tip {
  texts: string[];
  anchor: DOMRect;
}

/**
 * Shows cut texts whole: the one below the pointer, and, when the keyboard moves the focus, all of the row of a table that has it. One
 * for the page, because a tooltip for each of thousands of texts would be slow. Escape closes it.
 */
export function LongTextTip() {
  const [tip, setTip] = useState<Tip>();
  const element = useRef<HTMLDivElement>(null);

  useEffect(() => listen(element, setTip), []);
  useEffect(() => {
    const box = element.current;
    if (!box) return;
    if (!tip) {
      box.hidePopover();
      return;
    }
    // In the top layer: above dialogs and sticky headers.
    box.showPopover();
    const { width, height } = box.getBoundingClientRect();
    const { left, top, bottom } = tip.anchor;
    const isBelow = bottom + height + margin < window.innerHeight;
    box.style.left = `${Math.max(margin, Math.min(left, window.innerWidth - width - margin))}px`;
    box.style.top = `${isBelow ? bottom + 4 : Math.max(margin, top - height - 4)}px`;
  }, [tip]);

  return (
    <div ref={element} role="tooltip" popover="manual" className={classes.tip}>
      {tip?.texts.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </div>
  );
}

/** Listens to the whole document. Returns a function that stops it. */
function listen(box: { readonly current: Element | null }, show: (tip: Tip | undefined) => void): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  let timer: number | undefined;
  const later = (change: () => void) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(change, restMs);
  };
  const on = <Name extends keyof DocumentEventMap>(
    name: Name,
    act: (event: DocumentEventMap[Name]) => void,
  ) => document.addEventListener(name, act, { signal });

  on('pointerover', ({ target }) => {
    if (!(target instanceof Element)) return;
    // The pointer may move onto the tip, to select its text.
    if (box.current?.contains(target)) window.clearTimeout(timer);
    else later(() => show(tipOf([target.closest(selector)], target)));
  });
  on('focusin', ({ target }) => {
    if (!(target instanceof Element) || !target.matches(':focus-visible')) return;
    const row = target.closest('tr, [data-row]') ?? target;
    show(tipOf(row.matches(selector) ? [row] : textsIn(row), target));
  });
  on('focusout', () => show(undefined));
  on('keydown', ({ key }) => {
    if (key === 'Escape') show(undefined);
  });
  window.addEventListener('scroll', () => show(undefined), { signal, passive: true });
  on('copy', (event) => {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed || !event.clipboardData) return;
    const text = selection.toString();
    const wholes = [...document.querySelectorAll(selector)]
      .filter((each) => selection.containsNode(each, true))
      .map(wholeOf);
    const joined = joinParts(text, wholes);
    if (joined === text) return;
    event.clipboardData.setData('text/plain', joined);
    event.preventDefault();
  });
  return () => {
    window.clearTimeout(timer);
    stop.abort();
  };
}

function tipOf(elements: readonly (Element | null)[], anchor: Element): Tip | undefined {
  const texts = elements.filter((each) => each !== null).filter(isCut);
  if (texts.length === 0) return undefined;
  const [first] = texts;
  const place = anchor.closest(selector) ?? (texts.length === 1 && first ? first : anchor);
  return { texts: [...new Set(texts.map(wholeOf))], anchor: place.getBoundingClientRect() };
}
