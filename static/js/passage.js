// The way from a wall to a work and back: the picture itself travels, where the browser can.
const NAME = "work";

const workOf = (url) => new URL(url, location.href).pathname.match(/^\/works\/(\d+)\/$/)?.[1];

function pictureOf(id) {
  if (!id) return null;
  const found = document.querySelector(`.stage[data-work="${id}"] img, .card[data-work="${id}"] img`);
  const box = found?.getBoundingClientRect();
  return box && box.bottom > 0 && box.top < innerHeight ? found : null;
}

async function name(transition, other) {
  const picture = pictureOf(workOf(other)) ?? pictureOf(workOf(location.href));
  if (!picture) return;
  picture.style.viewTransitionName = NAME;
  await transition.finished.catch(() => {});
  picture.style.viewTransitionName = "";
}

// The browser gives a passage up when the next one begins or the tab is put aside. That is no error.
function allowGivingUp(transition) {
  for (const step of [transition.updateCallbackDone, transition.ready, transition.finished]) step.catch(() => {});
}

addEventListener("pageswap", (event) => {
  if (!event.viewTransition) return;
  allowGivingUp(event.viewTransition);
  if (event.activation?.entry?.url) name(event.viewTransition, event.activation.entry.url);
});
addEventListener("pagereveal", (event) => {
  if (!event.viewTransition) return;
  allowGivingUp(event.viewTransition);
  const from = globalThis.navigation?.activation?.from?.url;
  if (from) name(event.viewTransition, from);
});
