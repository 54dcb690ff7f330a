// How fast it goes and how long it takes, calmly: measured over the last seconds.

const WINDOW_MS = 12000;
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

export function count(number) {
  return number.toLocaleString("en");
}

export function size(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1000)));
  const digits = power > 1 ? 1 : 0;
  const format = { style: "unit", unit: UNITS[power], minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat("en", format).format(bytes / 1000 ** power);
}

function duration(seconds) {
  const [unit, length] = seconds < 90 ? ["second", 1] : seconds < 5400 ? ["minute", 60] : ["hour", 3600];
  const rounded = unit === "second" ? Math.ceil(seconds / 5) * 5 : Math.round(seconds / length);
  return new Intl.NumberFormat("en", { style: "unit", unit, unitDisplay: "long" }).format(rounded);
}

export function makeMeter() {
  let samples = [];

  // Both count: small files take as long as their number, large ones as long as their bytes.
  function measure({ bytes, files, bytesLeft, filesLeft }) {
    const now = performance.now();
    samples.push({ now, bytes, files });
    samples = samples.filter((each) => now - each.now < WINDOW_MS);
    const first = samples[0];
    const seconds = (now - first.now) / 1000;
    if (seconds < 2) return {};
    const byteRate = (bytes - first.bytes) / seconds;
    const fileRate = (files - first.files) / seconds;
    const left = Math.max(byteRate > 0 ? bytesLeft / byteRate : 0, fileRate > 0 ? filesLeft / fileRate : 0);
    return {
      rate: byteRate > 0 ? size(byteRate) : null,
      pace: fileRate >= 1.5 ? count(Math.round(fileRate)) : null,
      left: left > 0 ? duration(left) : null,
    };
  }

  return { measure, reset: () => { samples = []; } };
}
