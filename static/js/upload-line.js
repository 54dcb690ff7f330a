// The files that are still to be sent, several at once, by tus: what was cut off goes on where it
// ended, after a lost connection by itself.

const AT_ONCE = 4;
const CHUNK = 16 * 2 ** 20;
const DELAYS = [0, 1000, 2000, 4000, 8000, 15000, ...Array(120).fill(30000)];
const FULL = 507;

function isPassing(status) {
  return !status || status === 409 || status === 423 || (status >= 500 && status !== FULL);
}

// `told` is called when something changed; `out` when nobody is signed in any more.
export function makeLine({ endpoint, token, most, told, out, begun }) {
  const waiting = [];
  const going = new Set();
  const line = { add, pause, resume, cancel, paused: false, arrived: 0, files: 0, bytes: 0, sent: 0, failed: [], troubled: false };

  function add(jobs) {
    waiting.push(...jobs);
    line.files += jobs.length;
    for (const job of jobs) line.bytes += job.file.size;
    fill();
  }

  function fill() {
    while (!line.paused && going.size < AT_ONCE && waiting.length) start(waiting.shift());
    told();
  }

  function start(job) {
    going.add(job);
    job.sent ??= 0;
    begun(job);
    job.upload ??= new window.tus.Upload(job.file, {
      endpoint,
      chunkSize: CHUNK,
      retryDelays: DELAYS,
      // Of a file that will be refused not even the beginning.
      uploadDataDuringCreation: job.file.size <= most(job.path),
      storeFingerprintForResuming: false,
      headers: { "X-CSRFToken": token },
      metadata: { sending: job.sending, path: job.path, changed: String(job.file.lastModified) },
      onProgress: (sent) => {
        if (sent > job.sent) line.troubled = false; // a new attempt begins by telling where it is
        measure(job, sent);
      },
      onShouldRetry: (error) => {
        const passing = isPassing(error.originalResponse?.getStatus());
        line.troubled = passing;
        told();
        return passing;
      },
      onSuccess: () => {
        line.troubled = false;
        end(job, () => { line.arrived += 1; measure(job, job.file.size); });
      },
      onError: (error) => fail(job, error),
    });
    job.upload.start();
  }

  function measure(job, sent) {
    line.sent += sent - job.sent;
    job.sent = sent;
    told();
  }

  function end(job, note) {
    going.delete(job);
    note();
    fill();
  }

  function fail(job, error) {
    const answer = error.originalResponse;
    const status = answer?.getStatus();
    if (status === 401 || status === 403) {
      pause();
      out();
      return;
    }
    // The server's word is a sentence; its error pages are not.
    const said = (answer?.getBody() || "").trim();
    job.reason = said && !said.startsWith("<") ? said : String(status || error.message);
    job.final = Boolean(status) && !isPassing(status);
    end(job, () => {
      line.failed.push(job);
      line.bytes -= job.file.size;
      line.sent -= job.sent;
      job.sent = 0;
    });
  }

  function pause() {
    line.paused = true;
    for (const job of going) job.upload.abort();
    waiting.unshift(...going);
    going.clear();
    told();
  }

  function resume() {
    line.paused = false;
    fill();
  }

  function cancel() {
    pause();
    waiting.length = 0;
    told();
  }

  line.isIdle = () => !going.size && !waiting.length;
  line.again = () => {
    const jobs = line.failed.filter((job) => !job.final);
    line.failed = line.failed.filter((job) => job.final);
    line.files -= jobs.length;
    add(jobs);
  };
  window.addEventListener("online", () => {
    if (!line.troubled) return;
    pause();
    resume();
  });
  return line;
}
