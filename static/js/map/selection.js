// What is selected: how many, some of them as pictures, and what can be done with them.
import { evenly, linked } from "./cards.js";
import { pick, picked } from "./marks.js";

const STRIP = 18;

export function selection(room, view, words, on) {
  const bar = room.querySelector("[data-bar]");
  const strip = bar.querySelector("[data-strip]");
  const form = bar.querySelector("[data-keep]");
  let kind = "hand";
  let turn = 0;

  async function update() {
    const works = picked(view.marks);
    bar.hidden = !works.length;
    bar.querySelector("[data-picked]").textContent = words.selected(works.length);
    bar.querySelector(".done")?.remove();
    if (form) form.hidden = false;
    const mine = (turn += 1);
    if (!works.length) return;
    const some = await view.pictures.learn(evenly(works, STRIP)).catch(() => []);
    if (mine === turn) strip.replaceChildren(...some.filter(Boolean).map(linked));
  }

  async function keep() {
    const works = picked(view.marks).map((i) => view.data.id[i]);
    const token = document.querySelector("#marks [name=csrfmiddlewaretoken]").value;
    const source = { kind, map: Number(room.dataset.map) };
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const answer = await fetch(room.dataset.save, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token, Accept: "application/json" },
        body: JSON.stringify({ ids: works, title: form.elements.title.value.trim(), source }),
      });
      const { url, error } = await answer.json();
      if (!answer.ok) return told(error);
      const link = document.createElement("a");
      link.href = url;
      link.textContent = words.openSaved;
      told(words.saved, " ", link);
      form.hidden = true;
      form.reset();
      link.focus();
    } catch {
      told(words.notSaved);
    } finally {
      button.disabled = false;
    }
    return undefined;
  }

  function told(...parts) {
    bar.querySelector(".done")?.remove();
    const line = document.createElement("p");
    line.className = "done";
    line.setAttribute("role", "status");
    line.append(...parts);
    bar.querySelector(".map-bar-acts").append(line);
  }

  const acts = {
    only: () => on.only(picked(view.marks), words.selected(picked(view.marks).length)),
    "to-picked": () => view.stage.camera.fly(view.stage.around(picked(view.marks), 0.98)),
    list: () => on.list(picked(view.marks)),
    unpick: () => {
      pick(view.marks, [], "set");
      update();
      on.change();
    },
  };
  bar.addEventListener("click", (event) => acts[event.target.closest("[data-do]")?.dataset.do]?.());
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    keep();
  });

  return { update, from: (name) => { kind = name; } };
}
