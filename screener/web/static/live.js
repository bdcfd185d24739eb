// Keeps open pages current: asks again while the page is seen, and is told 304 while nothing has changed.
// Ticks of a list are sent at once; without this script its button does the same.
"use strict";

const SECONDS = 4;

async function renew(part) {
  if (document.hidden || part.contains(document.activeElement)) return;
  const headers = part.dataset.tag ? { "If-None-Match": `"${part.dataset.tag}"` } : {};
  const answer = await fetch(part.dataset.live, { headers, credentials: "same-origin", redirect: "error" });
  if (answer.status !== 200) return;
  const page = await answer.text();
  const tag = answer.headers.get("ETag");
  if (part.contains(document.activeElement)) return;
  part.innerHTML = page;
  part.dataset.tag = (tag || "").replace(/^W\//, "").replaceAll('"', "");
  if (part.querySelector("[data-over]")) location.reload();
}

for (const part of document.querySelectorAll("[data-live]")) {
  let pause = SECONDS;
  const again = async () => {
    try {
      await renew(part);
      pause = SECONDS;
    } catch {
      pause = Math.min(pause * 2, 60);
    }
    setTimeout(again, pause * 1000);
  };
  setTimeout(again, pause * 1000);
}

for (const form of document.querySelectorAll("form[data-ticks]")) {
  const button = form.querySelector("button[type=submit]");
  button.hidden = true;
  form.addEventListener("change", async () => {
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
      button.hidden = answer.type === "opaqueredirect";
    } catch {
      button.hidden = false;
    }
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
