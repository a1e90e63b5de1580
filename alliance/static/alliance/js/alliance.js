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

  // After a refused form, the reader arrives at the summary of errors.
  document.querySelector(".error-summary")?.focus();
})();
