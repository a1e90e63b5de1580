/* What was typed, ticked or chosen stays in this tab when one leaves and comes back, signed out in between or not. Codes,
   files and answers of keys are never kept; an act that is done forgets the rest. */
"use strict";
(() => {
  const done = document.querySelector("[data-keep-done]");
  if (done) sessionStorage.removeItem(`keep:${done.dataset.keepDone}`);
  const part = document.querySelector("[data-keep]");
  if (!part) return;

  const place = `keep:${part.dataset.keep}`;
  const fields = [...part.querySelectorAll("input:not([type=hidden], [type=file], [name=code]), textarea, select")];
  const ticks = (field) => field.type === "checkbox" || field.type === "radio";
  const nameOf = (field) => ticks(field) ? `${field.name}=${field.value}` : field.name;
  const first = (field) => ticks(field) ? field.defaultChecked : field.defaultValue;
  const kept = JSON.parse(sessionStorage.getItem(place) || "{}");

  // Only over what the page itself still proposes as it did then.
  fields.forEach((field) => {
    const [before, value] = kept[nameOf(field)] || [];
    if (before !== first(field) || field.disabled) return;
    if (ticks(field)) field.checked = value; else field.value = value;
  });

  part.addEventListener("input", (event) => {
    const changed = event.target;
    fields.filter((field) => field === changed || (changed.type === "radio" && field.name === changed.name))
      .forEach((field) => { kept[nameOf(field)] = [first(field), ticks(field) ? field.checked : field.value]; });
    sessionStorage.setItem(place, JSON.stringify(kept));
  });
})();
