// Times in the zone of whoever reads them, which is named. Without this file they are in UTC, and
// say so.
const lang = document.documentElement.lang;
const long = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, {
  day: "numeric",
  month: "long",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZoneName: "short",
});

for (const time of document.querySelectorAll("time[data-local]")) {
  time.textContent = long.format(new Date(time.dateTime));
}

// A form whose dates are written and read in that zone, and sent in UTC.
const form = document.querySelector("[data-dates]");
if (form) {
  const fields = [...form.querySelectorAll('input[type="datetime-local"]')];
  for (const field of fields) if (field.value) field.value = local(new Date(`${field.value}Z`));
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const words = form.querySelector("[data-zone]");
  words.textContent = words.dataset.zone.replace("%(zone)s", timeZone.replaceAll("_", " "));
  form.addEventListener("formdata", ({ formData }) => {
    for (const { name, value } of fields) if (value) formData.set(name, new Date(value).toISOString().slice(0, 16));
  });
}

function local(date) {
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
