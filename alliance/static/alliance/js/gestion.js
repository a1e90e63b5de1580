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

  window.addEventListener("load", name);
  document.addEventListener("formset:added", () => setTimeout(name));
}
