/* An attestation chosen or dropped: hashed here, and only its digest is asked about. Without this file it is sent, hashed
   and forgotten. */
"use strict";
const form = document.querySelector("[data-verify-file]");
if (form && window.crypto?.subtle) {
  const input = form.querySelector("input[type=file]");
  const status = form.querySelector("[data-verify-status]");
  form.querySelector("[data-verify-sent]").hidden = true;
  form.querySelector("[data-verify-kept]").hidden = false;

  const look = async (file) => {
    if (!file) { status.textContent = "Choisissez le fichier PDF de l’attestation."; input.focus(); return; }
    status.textContent = "Calcul de l’empreinte…";
    try {
      const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
      if (head.join() === "80,75,3,4") { location.assign(form.dataset.verifyTool); return; }
      const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      const digest = Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
      location.assign(`${form.action}?empreinte=${digest}`);
    } catch {
      status.textContent = "Ce fichier n’a pas pu être lu : choisissez-le de nouveau.";
    }
  };

  form.addEventListener("submit", (event) => { event.preventDefault(); look(input.files[0]); });
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("verify-file--over"); });
  form.addEventListener("dragleave", () => form.classList.remove("verify-file--over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("verify-file--over");
    look(event.dataTransfer.files[0]);
  });
}
