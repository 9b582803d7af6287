"use strict";

// A choice of very many: a field to search in, with a list of what matches.

const MOST_IN_A_LIST = 12;
const MOST_MATCHES = 50;

/** A text as it is searched for: whatever its case and accents. */
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * A choice of many, by a part of their names or by their ids: the pattern "combobox" of WAI-ARIA.
 * @param {string} name
 * @param {string} label
 * @param {{value: string, label: string}[]} options
 * @param {string} chosen
 * @param {(value: string) => void} choose
 */
function searchableChooser(name, label, options, chosen, choose) {
  const searched = options.map((option) => ({ ...option, text: folded(option.label) }));
  const nameOfChosen = options.find(({ value }) => value === chosen).label;
  const input = element("input", {
    name,
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    dir: "auto",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": `${name}-matches`,
  });
  const list = element("ul", { id: `${name}-matches`, role: "listbox", "aria-label": label });
  let active = -1;

  const close = () => {
    input.value = nameOfChosen;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const matched = () => [...list.querySelectorAll("[role=option]")];
  const activate = (at) => {
    active = at;
    const items = matched();
    items.forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
    if (items[at] === undefined) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", items[at].id);
    items[at].scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    if (list.hidden) return open("");
    const { length } = matched();
    activate(active < 0 && by < 0 ? length - 1 : (active + by + length) % length);
  };
  const open = (query) => {
    const part = folded(query.trim());
    const matches = searched.filter(({ text, value }) => text.includes(part) || value === part);
    const items = matches
      .slice(0, MOST_MATCHES)
      .map(({ value, label: text }) =>
        element(
          "li",
          { role: "option", id: `${name}-${value}`, "data-value": value, "aria-selected": "false" },
          named(text),
          " ",
          element("span", {}, value === ALL_WEBSITES.id ? "" : value),
        ),
      );
    list.replaceChildren(...items);
    list.hidden = items.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    const rest = matches.length > MOST_MATCHES ? `, the first ${MOST_MATCHES} are listed` : "";
    statusLine.textContent = `${formatNumber(matches.length)} of ${formatNumber(options.length)} match${rest}`;
    activate(part === "" ? matches.findIndex(({ value }) => value === chosen) : 0);
  };
  const take = (item) => {
    if (!item) return;
    close();
    choose(item.dataset.value);
  };
  const keys = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => !list.hidden && take(list.querySelector("[aria-selected=true]")),
    Escape: close,
  };

  input.addEventListener("input", () => open(input.value));
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => list.hidden && open(""));
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (!has(keys, event.key)) return;
    keys[event.key]();
    event.preventDefault();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => take(event.target.closest("[role=option]")));
  close();
  const field = element("label", { class: "chooser" }, element("span", {}, label), input);
  return element("div", { class: "combobox" }, field, list);
}
