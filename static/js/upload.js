// Upload many files, each with its own progress, then follow them until each has its end.
// Without this script the form sends all files at once and the batch's page tells their story.

const AT_ONCE = 3;
const POLL_MS = 700;
const list = document.getElementById("files");
const form = document.getElementById("upload");
const sum = document.getElementById("upload-sum");

function row(name) {
  const item = document.createElement("li");
  item.className = "file";
  item.innerHTML = '<span class="file-picture"></span><span class="file-name"></span><span class="file-story"></span>';
  item.querySelector(".file-name").textContent = name;
  return item;
}

function tell(item, words) {
  item.querySelector(".file-story").replaceChildren(words);
}

function link(url, ...children) {
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.append(...children);
  return anchor;
}

function count() {
  if (!sum) return;
  const ended = list.querySelectorAll("[data-settled]").length;
  sum.textContent = `${ended} of ${list.children.length} files have their result.`;
}

function show(item, told) {
  if (item.dataset.told === JSON.stringify(told)) return;
  item.dataset.told = JSON.stringify(told);
  item.dataset.state = told.state;
  if (told.settled) item.dataset.settled = "";
  const story = item.querySelector(".file-story");
  story.replaceChildren(told.reason || told.label);
  if (told.url) story.append(" ", link(told.url, told.title));
  const picture = item.querySelector(".file-picture");
  if (told.thumbnail && !picture.firstElementChild) {
    const image = new Image();
    image.src = told.thumbnail;
    image.alt = "";
    picture.append(image);
  }
  const image = picture.querySelector("img");
  if (told.url && image && image.parentElement === picture) {
    const anchor = link(told.url);
    anchor.tabIndex = -1;
    anchor.setAttribute("aria-hidden", "true");
    image.replaceWith(anchor);
    anchor.append(image);
  }
}

async function follow(statusUrl, more) {
  for (;;) {
    try {
      const answer = await fetch(statusUrl, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const told = await answer.json();
        for (const file of told.items) {
          const item = list.querySelector(`[data-item="${file.id}"]`);
          if (item) show(item, file);
        }
        count();
        if (told.finished && !more()) return;
      }
    } catch {
      // The site is away for a moment; the rows are not.
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function refuse(item, words) {
  item.dataset.state = "refused";
  item.dataset.settled = "";
  tell(item, words);
  count();
}

function send(file, item, batch) {
  return new Promise((resolve) => {
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `Uploading ${file.name}`);
    tell(item, bar);
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    if (batch) body.append("batch", batch);
    body.append("pictures", file);
    const request = new XMLHttpRequest();
    const fail = (words) => {
      refuse(item, words);
      resolve(null);
    };
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    };
    request.onload = () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // An error page; its status says enough.
      }
      if (request.status !== 201) {
        fail(answer.error || `The upload was not accepted (${request.status}). Reload the page and try again.`);
        return;
      }
      item.dataset.item = answer.items[0];
      item.dataset.state = "received";
      tell(item, "received");
      resolve(answer);
    };
    request.onerror = () => fail("The connection broke off. Choose the file again.");
    request.open("POST", form.dataset.fileUrl);
    request.send(body);
  });
}

let batch = null;
let sending = 0;

async function upload(files) {
  const error = document.getElementById("upload-error");
  const most = Number(form.dataset.maxFiles);
  error.hidden = files.length <= most;
  if (files.length > most) {
    error.textContent = `${files.length} files at once are too many; choose at most ${most}, or import the whole folder with manage.py import_folder.`;
    return;
  }
  const waiting = [];
  for (const file of files) {
    const item = row(file.name);
    list.append(item);
    if (file.size > Number(form.dataset.maxBytes)) {
      const megabytes = (bytes) => Math.round(bytes / 2 ** 20);
      refuse(item, `The file has ${megabytes(file.size)} MB; at most ${megabytes(form.dataset.maxBytes)} MB are allowed. Save it as JPEG, or at a smaller size.`);
    } else {
      tell(item, "waiting to be sent");
      waiting.push([file, item]);
    }
  }
  sending += waiting.length;
  const next = async () => {
    while (waiting.length) {
      const [file, item] = waiting.shift();
      const answer = await send(file, item, batch);
      sending -= 1;
      if (answer && batch === null) {
        batch = answer.batch;
        follow(answer.status_url, () => sending > 0).then(() => { batch = null; });
      }
      if (batch !== null) break;
    }
  };
  await next(); // the first that arrives opens the batch for the others
  const lane = async () => { while (waiting.length) await next(); };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

if (form) {
  const input = form.querySelector("input[type=file]");
  form.classList.add("live");
  form.querySelector(".drop-words").hidden = false;
  form.querySelector(".drop-plain").hidden = true;
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    if (files.length) upload(files);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const kind of ["dragenter", "dragover"]) {
    form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("over"); });
  }
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove("over");
  });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    upload([...event.dataTransfer.files]);
  });
} else if (list?.dataset.statusUrl) {
  follow(list.dataset.statusUrl, () => false).then(() => location.reload());
}
