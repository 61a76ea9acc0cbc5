// A candidate's text with the places that the reply names. The reply counts Unicode code points, JavaScript UTF-16 units.
import { button, element } from "./dom.js";

/** Characters of a closed text; CSS shows its first two lines. */
const EXCERPT = 400;

/** How much may stand before the deciding sentence in a closed text. */
const LEAD = 80;

/** Characters of an open text before the reader asks for more: a browser takes long over a megabyte. */
const OPENED = 20_000;

/** The same offsets in UTF-16 units: [{start, end, kind}], in the order of their starts. */
export function inUnits(text, places) {
  const wanted = [...new Set(places.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  const units = new Map();
  let unit = 0;
  let point = 0;
  for (const offset of wanted) {
    while (point < offset && unit < text.length) {
      unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
      point++;
    }
    units.set(offset, unit);
  }
  return places
    .map((place) => ({ ...place, start: units.get(place.start), end: units.get(place.end) }))
    .sort((a, b) => a.start - b.start || b.end - a.end);
}

/** Cuts text[from, to) where a place begins or ends: [{text, kinds}]. */
export function pieces(text, places, from = 0, to = text.length) {
  const edges = [from, to, ...places.flatMap(({ start, end }) => [start, end])];
  const cuts = [...new Set(edges)].filter((at) => at >= from && at <= to).sort((a, b) => a - b);
  return cuts.slice(1).map((end, i) => ({
    text: text.slice(cuts[i], end),
    kinds: places.filter((place) => place.start <= cuts[i] && place.end >= end).map(({ kind }) => kind),
  }));
}

/** What a result says of its text: the passage that decided, and the sentences that did most, the best one first. */
export function placesOf(text, { best_passage, explain, truncated }) {
  const places = [];
  const passage = explain?.passage ?? best_passage;
  if (passage !== undefined) {
    places.push({ ...passage, kind: best_passage === undefined ? "read" : "passage" });
  }
  const byDrop = [...(explain?.sentences ?? [])].sort((a, b) => b.drop - a.drop);
  byDrop.forEach(({ start, end }, i) => places.push({ start, end, kind: i === 0 ? "decides" : "helps" }));
  const inText = inUnits(text, places);
  const read = inText.find(({ kind }) => kind === "read");
  if (truncated && read !== undefined && read.end < text.length) {
    inText.push({ start: read.end, end: text.length, kind: "unread" });
  }
  const isAll = ({ start, end }) => start === 0 && end === text.length;
  return inText.filter((place) => place.kind !== "read" && !(place.kind === "passage" && isAll(place)));
}

/** The text in two lines, from the deciding sentence on where that stands far behind the beginning. */
export function excerpt(text, places = []) {
  const shown = places.find(({ kind }) => kind === "decides") ?? places.find(({ kind }) => kind === "passage");
  const from = shown === undefined || shown.start <= LEAD ? 0 : shown.start;
  const line = element("span", "text");
  line.dir = "auto";
  line.append(...(from > 0 ? ["… "] : []), ...nodes(text, places, from, whole(text, from + EXCERPT)));
  return line;
}

/** All of the text; of a very long one the part around what decided, and a button for the rest. */
export function fullText(text, places = []) {
  const box = element("div", "full");
  box.dir = "auto";
  box.tabIndex = -1;
  if (text.length <= OPENED) {
    box.append(...nodes(text, places));
    return box;
  }
  const shown = places.find(({ kind }) => kind === "decides") ?? places[0];
  const from = whole(text, Math.max(0, Math.min((shown?.start ?? 0) - OPENED / 4, text.length - OPENED)));
  const to = whole(text, from + OPENED);
  const more = button(`Show all ${text.length.toLocaleString("en")} characters`, () => {
    box.replaceChildren(...nodes(text, places));
    box.focus();
  });
  box.append(...(from > 0 ? ["… "] : []), ...nodes(text, places, from, to), ...(to < text.length ? [" …"] : []), " ", more);
  return box;
}

function nodes(text, places, from = 0, to = text.length) {
  return pieces(text, places, from, to).map(({ text: piece, kinds }) =>
    kinds.length === 0 ? piece : element(kinds.some(isSentence) ? "mark" : "span", kinds.join(" "), piece),
  );
}

function isSentence(kind) {
  return kind === "decides" || kind === "helps";
}

/** The offset, or the next one where it lies within a surrogate pair. */
function whole(text, at) {
  const within = at > 0 && at < text.length && text.codePointAt(at - 1) > 0xffff;
  return Math.min(text.length, within ? at + 1 : at);
}
