/* Typing a commune: a list to pick from. Without this file the server understands the name or the postal code. */
"use strict";
document.querySelectorAll("input[data-communes]").forEach((input) => {
  const list = document.createElement("datalist");
  list.id = `${input.id}_list`;
  input.after(list);
  input.setAttribute("list", list.id);
  let waiting, asked;

  const offer = (results, typed) => list.replaceChildren(...results.map(({ label }) => {
    const option = document.createElement("option");
    option.value = label;
    // Browsers keep the options that contain what is typed: a postal code or a name without its accents is not there.
    if (!label.toLowerCase().includes(typed.toLowerCase())) option.label = `${typed} : ${label}`;
    return option;
  }));

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    const typed = input.value.trim();
    if (typed.length < 2 || typed === asked || typed.endsWith(")")) return;
    waiting = setTimeout(async () => {
      asked = typed;
      const answer = await fetch(`${input.dataset.communes}?q=${encodeURIComponent(typed)}`).catch(() => null);
      if (answer?.ok && asked === typed) offer((await answer.json()).results, typed);
    }, 150);
  });
});
