// The quiz by keys and swipes, without loading the page anew. Without this file its buttons post.
const SWIPE_PX = 56;
const SHOW_MS = 180;
const parser = new DOMParser();
let form = document.getElementById("quiz");
let busy = false;

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const wait = (ms) => new Promise((done) => setTimeout(done, still() ? 0 : ms));
const button = (key) => form?.querySelector(`[data-key="${key}"]`);

document.addEventListener("submit", async (event) => {
  if (event.target !== form || !event.submitter?.name) return;
  event.preventDefault();
  if (busy) return;
  busy = true;
  const body = new FormData(form, event.submitter);
  if (event.submitter.closest("li")) {
    event.submitter.classList.add("picked");
    form.classList.add("answered");
  }
  try {
    const asked = fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "quiz.js" } });
    const [response] = await Promise.all([asked, wait(SHOW_MS)]);
    if (!response.ok) throw new Error(`${response.status}`);
    const page = parser.parseFromString(await response.text(), "text/html");
    const next = page.getElementById("quiz");
    if (!next) return location.assign(response.url);
    await show(next);
    busy = false;
  } catch {
    // The page as it is on the server says what is so.
    location.reload();
  }
});

async function show(next) {
  const change = () => {
    form.replaceWith(next);
    form = next;
    form.querySelector("h1").focus({ preventScroll: true });
    scrollTo({ top: 0, behavior: "instant" });
  };
  if (still() || !document.startViewTransition) return change();
  const passage = document.startViewTransition(change);
  // Given up for the next one, which is no error.
  for (const step of [passage.ready, passage.finished]) step.catch(() => {});
  await passage.updateCallbackDone;
}

function move(by) {
  const all = [...form.querySelectorAll(".quiz-works button")];
  const here = all.indexOf(document.activeElement);
  const to = here < 0 ? (by > 0 ? 0 : all.length - 1) : (here + by + all.length) % all.length;
  all[to].focus({ focusVisible: true });
}

// Two and two on phones: up and down go to the row above or below.
const across = () => (matchMedia("(max-width: 40rem)").matches ? 2 : 0);

const keys = {
  ArrowRight: () => move(1),
  ArrowLeft: () => move(-1),
  ArrowDown: () => across() && move(across()),
  ArrowUp: () => across() && move(-across()),
  0: () => button("s").click(),
  s: () => button("s").click(),
  Backspace: () => button("back")?.click(),
  u: () => button("back")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (!form || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (document.querySelector("dialog[open]") || event.target.closest("input, textarea, select")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const act = keys[key] ?? (/^[1-9]$/.test(key) ? () => button(key)?.click() : null);
  if (!act || (key.startsWith("ArrowU") || key.startsWith("ArrowD")) && !across()) return;
  event.preventDefault();
  act();
});

// A swipe over the pictures: left for none of these, right for the previous question.
let from = null;
document.addEventListener("touchstart", (event) => {
  const touch = event.touches[0];
  from = event.touches.length === 1 && event.target.closest(".quiz-works") ? [touch.clientX, touch.clientY] : null;
}, { passive: true });
document.addEventListener("touchmove", (event) => {
  const works = form?.querySelector(".quiz-works");
  if (!from || !works) return;
  const [x, y] = travelled(event);
  if (!still() && Math.abs(x) > Math.abs(y)) works.style.transform = `translateX(${x / 3}px)`;
}, { passive: true });
document.addEventListener("touchend", (event) => {
  if (!from) return;
  const [x, y] = travelled(event);
  from = null;
  form.querySelector(".quiz-works").style.transform = "";
  if (Math.abs(x) < SWIPE_PX || Math.abs(x) < 2 * Math.abs(y)) return;
  event.preventDefault(); // the finger rests on a picture, which was not meant
  button(x < 0 ? "s" : "back")?.click();
}, { passive: false });
document.addEventListener("touchcancel", () => {
  from = null;
  form?.querySelector(".quiz-works")?.style.removeProperty("transform");
});

function travelled(event) {
  const touch = event.changedTouches[0];
  return [touch.clientX - from[0], touch.clientY - from[1]];
}
