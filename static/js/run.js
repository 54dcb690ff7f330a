// Watch a run: its charts grow and its figures change until it has ended.
// Without this script the page shows where the run stood when it was loaded.

const POLL_MS = 1000;
const run = document.getElementById("run");
const charts = document.getElementById("charts");
const log = document.getElementById("log");

function tell(told) {
  for (const [name, words] of Object.entries(told)) {
    const place = run.querySelector(`[data-told="${name}"]`);
    if (place && place.textContent !== words) place.textContent = words;
  }
}

function draw(chart) {
  let figure = charts.querySelector(`[data-chart="${chart.id}"]`);
  if (!figure) {
    figure = document.getElementById("chart").content.firstElementChild.cloneNode(true);
    figure.dataset.chart = chart.id;
    charts.append(figure);
  }
  for (const place of figure.querySelectorAll("[data-of]")) place.textContent = chart[place.dataset.of];
  figure.querySelector("path").setAttribute("d", chart.path);
}

function write(lines) {
  if (!lines || log.textContent === lines) return;
  const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
  log.textContent = lines;
  if (atEnd) log.scrollTop = log.scrollHeight;
}

async function watch(url) {
  for (;;) {
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (answer.ok && !answer.redirected) {
        const status = await answer.json();
        tell(status.told);
        status.charts.forEach(draw);
        write(status.log);
        if (!status.open) return;
      }
      if (answer.redirected || answer.status === 403 || answer.status === 404) return; // signed out, or the run is gone
    } catch {
      // The site is away for a moment; the run is not.
    }
    await new Promise((resolve) => setTimeout(resolve, document.hidden ? 5 * POLL_MS : POLL_MS));
  }
}

if (log) log.scrollTop = log.scrollHeight;
if (run?.dataset.statusUrl) watch(run.dataset.statusUrl).then(() => location.reload());
