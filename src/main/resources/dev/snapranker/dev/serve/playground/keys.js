// Lists of a hundred candidates with one stop of the Tab key each; arrows move within and between them.

const PAGE = 10;

/** @param lists the ol elements, in the order that arrow left and right go through */
export function moveByKeys(lists) {
  for (const list of lists) {
    list.addEventListener("keydown", (event) => {
      const item = event.target.closest("li");
      if (event.key === "Escape" && item !== null) {
        close(item);
      } else if (event.target.classList.contains("head") && !event.ctrlKey && !event.metaKey && !event.altKey) {
        const to = target(event.key, item, list, lists);
        if (to !== undefined) {
          event.preventDefault();
          focus(to);
        }
      }
    });
    list.addEventListener("focusin", (event) => {
      const item = event.target.closest("li");
      list.querySelectorAll('.head[tabindex="0"]').forEach((head) => (head.tabIndex = -1));
      item.querySelector(".head").tabIndex = 0;
      mark(item, lists, true);
    });
    list.addEventListener("mousemove", (event) => { // not mouseover, which comes from scrolling by keys, too
      const item = event.target.closest("li");
      if (item !== null && !item.classList.contains("same")) {
        mark(item, lists, false);
      }
    });
  }
}

/** Puts the focus on a candidate in another list, if it is there. */
export function goToTwin(index, list) {
  const item = twin(index, list);
  if (item !== null) {
    focus(item);
  }
}

function target(key, item, list, lists) {
  const items = [...list.children];
  const at = items.indexOf(item);
  switch (key) {
    case "ArrowDown":
      return items[at + 1];
    case "ArrowUp":
      return items[at - 1];
    case "PageDown":
      return items[Math.min(items.length - 1, at + PAGE)];
    case "PageUp":
      return items[Math.max(0, at - PAGE)];
    case "Home":
      return items[0];
    case "End":
      return items.at(-1);
    case "ArrowLeft":
    case "ArrowRight":
      return beside(key === "ArrowRight" ? 1 : -1, item, list, lists);
  }
}

function beside(step, item, list, lists) {
  const shown = lists.filter((each) => !each.parentElement.hidden);
  for (let i = shown.indexOf(list) + step; i >= 0 && i < shown.length; i += step) {
    const found = twin(item.dataset.index, shown[i]);
    if (found !== null) {
      return found;
    }
  }
}

function twin(index, list) {
  return list.querySelector(`:scope > li[data-index="${index}"]`);
}

function focus(item) {
  item.querySelector(".head").focus();
}

function close(item) {
  const head = item.querySelector(".head");
  if (head.ariaExpanded === "true") {
    head.click();
  }
  head.focus();
}

/** Marks the candidate in all lists; brings it into sight in those that scroll by themselves. */
function mark(item, lists, scroll) {
  for (const list of lists) {
    list.querySelectorAll(":scope > li.same").forEach((other) => other.classList.remove("same"));
    const same = twin(item.dataset.index, list);
    same?.classList.add("same");
    if (scroll && same && same !== item) {
      bringIntoSight(same, list);
    }
  }
}

/**
 * Scrolls the list alone, never the page.
 *
 * @param frames how many more frames to look at: a long list lays its items out when they come into sight, and they move
 */
function bringIntoSight(item, list, frames = 5) {
  const { top, bottom } = item.getBoundingClientRect();
  const frame = list.getBoundingClientRect();
  if (top < frame.top || bottom > frame.bottom) {
    list.scrollTop += top - frame.top - list.clientHeight / 3;
  }
  if (frames > 0 && list.classList.contains("many")) {
    requestAnimationFrame(() => {
      if (item.classList.contains("same")) {
        bringIntoSight(item, list, frames - 1);
      }
    });
  }
}
