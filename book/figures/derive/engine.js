/* The worker that derives, from here: it is started when it is first needed, stopped by ending it,
   and what it says goes on to `hear`, an object of functions by the kinds of its messages. What it
   has loaded it hands over once, so that the next one after a stop needs no network. */
export class Engine {
  constructor(address, hear) {
    Object.assign(this, { address, hear, kept: null, worker: null, ready: false, id: 0, waiting: null });
  }

  start() {
    if (this.worker) return;
    const { kept } = this;
    const worker = new Worker(kept ? URL.createObjectURL(kept.script) : this.address);
    const take = (message) => worker === this.worker && this.take(message); // not from one that was ended
    worker.onmessage = ({ data }) => take(data);
    worker.onerror = (event) => {
      event.preventDefault();
      take({ kind: "failed", message: event.message || `${this.address} could not be loaded` });
    };
    this.worker = worker;
    worker.postMessage({ kind: "start", kept });
  }

  derive(text) {
    this.id += 1;
    this.waiting = text;
    this.start();
    if (this.ready) this.ask();
  }

  ask() {
    if (this.waiting === null) return;
    this.worker.postMessage({ kind: "derive", id: this.id, text: this.waiting });
    this.waiting = null;
  }

  take(message) {
    if ("id" in message && message.id !== this.id) return; // of an earlier question
    if (message.kind === "kept") this.kept = message.kept;
    if (message.kind === "ready") this.ready = true;
    if (message.kind === "failed") this.end();
    this.hear[message.kind]?.(message);
    if (message.kind === "ready") this.ask();
  }

  /* End it, whatever it is doing. An engine that had been loaded starts anew: its files are here. */
  stop() {
    const again = this.ready;
    this.end();
    if (again) this.start();
  }

  end() {
    this.worker?.terminate();
    Object.assign(this, { worker: null, ready: false, waiting: null, id: this.id + 1 });
  }
}
