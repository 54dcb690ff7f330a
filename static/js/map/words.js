// The words of the page, as its template says them, and how numbers are written.
export function wordsOf(room) {
  const said = room.dataset;
  const count = new Intl.NumberFormat(document.documentElement.lang);
  const short = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumSignificantDigits: 3 });
  const share = new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 1 });
  const rank = new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 0 });
  const few = new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 2 });
  const names = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "grey", "white"];
  const families = Object.fromEntries(said.families.split(",").map((word, at) => [names[at], word]));
  return {
    families,
    unknown: said.unknown,
    other: said.other,
    failed: said.failed,
    count: (value) => count.format(value),
    works: (value) => (value === 1 ? said.worksOne : said.worksMany.replace("%s", count.format(value))),
    inView: (value, most) => {
      const seen = value === 1 ? said.inViewOne : said.inView.replace("%s", count.format(value));
      return most.length ? `${seen}, ${said.around.replace("%s", most.join("; "))}` : seen;
    },
    selected: (value) => said.selected.replace("%s", count.format(value)),
    found: (text, value) => said.found.replace("%s", text).replace("%s", count.format(value)),
    noMatch: (text) => said.noMatch.replace("%s", text),
    kept: (next, value, chance) => [next, few.format(value), few.format(chance)].reduce((text, each) => text.replace("%s", each), document.querySelector("[data-kept]").dataset.keptWords),
    noScores: said.noScores,
    notSaved: said.notSaved,
    saved: said.saved,
    openSaved: said.openSaved,
    number: (name, value) => {
      if (Number.isNaN(value)) return said.unknown;
      if (name === "year") return String(Math.round(value));
      if (name === "added") return dateOf(value);
      if (name === "popularity") return share.format(value);
      if (name === "score") return rank.format(value);
      return value < 1000 ? count.format(Math.round(value)) : short.format(value);
    },
  };
}

// Seconds since 1970.
function dateOf(seconds) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { month: "short", year: "numeric", timeZone: "UTC" }).format(seconds * 1000);
}
