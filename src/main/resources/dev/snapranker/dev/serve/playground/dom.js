// The few words by which the other files make and find elements. Text is always set as text, never as HTML.

export const $ = (id) => document.getElementById(id);

/** The list of a section: after-a, after-b or before. */
export const listOf = (section) => $(section).querySelector("ol");

/** An element with a class and children: other elements, or strings that become text. */
export function element(tag, className = "", ...children) {
  const made = document.createElement(tag);
  if (className !== "") {
    made.className = className;
  }
  made.append(...children);
  return made;
}

/** Words for screen readers alone, where sighted readers have a sign or a place. */
export function spoken(words) {
  return element("span", "spoken", words);
}

export function button(label, onClick) {
  const made = element("button", "", label);
  made.type = "button";
  made.addEventListener("click", onClick);
  return made;
}
