// A work counts as looked at when its page was in view for a moment.
const MOMENT_MS = 1500;
const stage = document.querySelector("[data-viewed]");

setTimeout(() => {
  if (document.visibilityState !== "visible") return;
  fetch(stage.dataset.viewed, { method: "POST", body: new FormData(document.getElementById("marks")), keepalive: true }).catch(() => {});
}, MOMENT_MS);
