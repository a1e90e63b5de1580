// Names that Django's fields with suggestions (select2) and its pairs of lists do not give to what they draw.
"use strict";
{
  const headingOf = (select) => {
    const given = select.getAttribute("aria-labelledby");
    const label = select.labels?.[0];
    if (given || !label) return given;
    label.id ||= `${select.id}-label`;
    return label.id;
  };

  const name = () => {
    for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
      const heading = headingOf(select);
      const drawn = select.nextElementSibling?.querySelector("[role=combobox]");
      const value = drawn?.querySelector(".select2-selection__rendered");
      if (!heading || !value) continue;
      drawn.setAttribute("aria-labelledby", `${heading} ${value.id}`);
      value.setAttribute("aria-labelledby", heading);
    }
    for (const drawn of document.querySelectorAll(".selector .search-label-icon:not([role])")) drawn.setAttribute("role", "img");
  };

  // Fields are drawn before or after the page is loaded, and again in each row that is added.
  const isDrawn = (node) => node.classList?.contains("select2-container");
  const drawn = new MutationObserver((changes) => {
    if (changes.some(({ addedNodes }) => [...addedNodes].some(isDrawn))) name();
  });
  drawn.observe(document.body, { childList: true, subtree: true });
  window.addEventListener("load", name);
}
