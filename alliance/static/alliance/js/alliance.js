/* Small comforts. Every page does its whole job without this file. */
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // A list that sorts or filters itself as soon as the choice is made; its « Appliquer » button is then of no use.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-apply-on-change]");
    if (form) form.requestSubmit();
  });

  // A form is sent once: the second click of a double click finds the button resting.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post" || event.defaultPrevented) return;
    if (event.target.dataset.sent) return event.preventDefault();
    event.target.dataset.sent = "1";
    setTimeout(() => delete event.target.dataset.sent, 5000);
  });

  // Menus close on Escape and when the focus or the pointer leaves them.
  const closeMenus = (except) => document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!except || !menu.contains(except)) menu.open = false;
  });
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("focusin", (event) => closeMenus(event.target));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // « Copier » puts the text of its target in the clipboard and says so.
  document.querySelectorAll("[data-copy]").forEach((button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      button.textContent = "Copié";
    });
  });

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });

  // The search box offers what it knows while one types: arrows choose, Enter opens, Escape closes. Else it searches.
  document.querySelectorAll("input[data-suggest]").forEach((input, index) => {
    const make = (tag, attributes, text = "") => {
      const made = document.createElement(tag);
      Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
      made.textContent = text;
      return made;
    };
    let list, status, waiting, asked = "", chosen = -1;

    const choose = (position) => {
      chosen = position;
      [...list.children].forEach((option, at) => option.setAttribute("aria-selected", at === chosen));
      const option = list.children[chosen];
      if (option) { input.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
      else input.removeAttribute("aria-activedescendant");
    };
    const close = () => { if (list) { list.hidden = true; input.setAttribute("aria-expanded", "false"); choose(-1); } };
    const begin = () => {
      const id = `propositions-${index}`;
      list = make("ul", { id, role: "listbox", class: "suggest", "aria-label": "Propositions", hidden: "" });
      status = make("span", { role: "status", class: "visually-hidden" });
      input.form.classList.add("has-suggest");
      input.form.append(list, status);
      const combobox = { role: "combobox", "aria-autocomplete": "list", "aria-controls": id, "aria-expanded": "false" };
      Object.entries(combobox).forEach(([name, value]) => input.setAttribute(name, value));
      list.addEventListener("pointerdown", (event) => event.preventDefault());
      list.addEventListener("click", (event) => {
        const option = event.target.closest("[data-url]");
        if (option) location.assign(option.dataset.url);
      });
    };
    const offer = (results) => {
      list.replaceChildren(...results.map(({ label, kind, url }, at) => {
        const option = make("li", { id: `${list.id}-${at}`, role: "option", "aria-selected": "false", "data-url": url });
        option.append(make("span", {}, label), make("span", { class: "suggest__kind" }, kind));
        return option;
      }));
      list.hidden = !results.length;
      input.setAttribute("aria-expanded", String(!list.hidden));
      choose(-1);
      const words = ["aucune proposition", "1 proposition"][results.length] ?? `${results.length} propositions`;
      status.textContent = `${words}, Entrée pour chercher partout`;
    };

    input.addEventListener("input", () => {
      clearTimeout(waiting);
      const typed = input.value.trim();
      if (typed.length < 2) { asked = ""; return close(); }
      waiting = setTimeout(async () => {
        asked = typed;
        const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(typed)}`).catch(() => null);
        if (!answer?.ok || asked !== typed || document.activeElement !== input) return;
        if (!list) begin();
        offer((await answer.json()).results);
      }, 150);
    });
    input.addEventListener("keydown", (event) => {
      if (!list || list.hidden) return;
      const last = list.children.length - 1;
      if (event.key === "ArrowDown") choose(chosen < last ? chosen + 1 : -1);
      else if (event.key === "ArrowUp") choose(chosen === -1 ? last : chosen - 1);
      else if (event.key === "Enter" && chosen >= 0) location.assign(list.children[chosen].dataset.url);
      else { if (event.key === "Escape") { close(); event.preventDefault(); } return; }
      event.preventDefault();
    });
    input.addEventListener("blur", close);
  });

  // After a refused form, the reader arrives at the summary of errors.
  document.querySelector(".error-summary")?.focus();
})();
