// The film field of a new rental suggests titles while one types: a combobox as the ARIA practices describe it.
// Without this script the field searches by its button.
"use strict";

(() => {
  const form = document.querySelector("form[data-rental]");
  if (!form) return;
  const field = form.querySelector("#words");
  const list = form.querySelector("#suggestions");
  const status = form.querySelector("#suggestions-status");
  const chosen = form.querySelector("[data-chosen]");
  const store = form.querySelector("#store_id");
  let films = [];
  let active = -1;
  let timer = 0;
  let asking = null;

  form.querySelector("[data-find]").hidden = true;
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", "suggestions");
  field.setAttribute("aria-expanded", "false");

  const element = (name, text, className) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const copies = (film) => film.copies ? `${film.copies_in_shop} of ${film.copies} in the shop` : "not in this store";

  const close = () => {
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };

  const mark = (index) => {
    active = index;
    [...list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === active)));
    if (active < 0) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", list.children[active].id);
    list.children[active].scrollIntoView({ block: "nearest" });
  };

  const choose = (film) => {
    if (!chosen.querySelector(`input[value="${film.film_id}"]`)) {
      const box = element("input", "");
      Object.assign(box, { type: "checkbox", name: "films", value: film.film_id, checked: true });
      const label = element("label", "");
      const aside = `$${film.rental_rate} · ${film.rental_days} days · ${copies(film)}`;
      label.append(box, " ", element("span", film.title), " ", element("span", aside, "aside"));
      const item = element("li", "");
      item.append(label);
      chosen.querySelector("ul").append(item);
    }
    chosen.hidden = false;
    field.value = "";
    close();
    status.textContent = `${film.title} is chosen.`;
    field.focus();
  };

  const show = () => {
    list.replaceChildren(...films.map((film, n) => {
      const item = element("li", "");
      item.id = `suggestion-${n}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.append(element("span", film.title), " ", element("span", `$${film.rental_rate} · ${copies(film)}`, "aside"));
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(film); });
      return item;
    }));
    list.hidden = films.length === 0;
    field.setAttribute("aria-expanded", String(films.length > 0));
    mark(-1);
    const count = films.length === 1 ? "1 film" : `${films.length} films`;
    status.textContent = films.length ? `${count}, choose with the arrow keys.` : "No film has that in its title.";
  };

  const ask = async () => {
    if (asking) asking.abort();
    if (!field.value.trim()) return close();
    asking = new AbortController();
    const query = new URLSearchParams({ words: field.value, store_id: store.value, limit: "12" });
    try {
      const answer = await fetch(`${field.dataset.films}?${query}`, {
        headers: { Accept: "application/json" }, signal: asking.signal,
      });
      if (!answer.ok) throw new Error(answer.statusText);
      films = (await answer.json()).films;
      show();
    } catch (error) {
      if (error.name === "AbortError") return;
      close();
      status.textContent = "The films can't be listed at the moment.";
    }
  };

  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    const isOpen = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) return void ask();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark((active + step + films.length + (active < 0 && step < 0 ? 1 : 0)) % films.length);
    } else if (event.key === "Enter" && (isOpen || field.value.trim())) {
      event.preventDefault();
      if (isOpen) choose(films[Math.max(active, 0)]);
    } else if (event.key === "Escape") {
      if (isOpen) close(); else field.value = "";
    }
  });
  store.addEventListener("change", () => { if (field.value.trim()) ask(); });
})();
