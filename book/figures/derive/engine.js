/* The worker that derives, from here: it is started when it is first needed, stopped by ending it,
   and what it says goes on to `hear`, an object of functions by the kinds of its messages. */
export class Engine {
  constructor(address, hear) {
    Object.assign(this, { address, hear, worker: null, ready: false, id: 0, waiting: null });
  }

  start() {
    if (this.worker) return;
    this.worker = new Worker(this.address);
    this.worker.onmessage = ({ data }) => this.take(data);
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.take({ kind: "failed", message: event.message || `${this.address} could not be loaded` });
    };
    this.worker.postMessage({ kind: "start" });
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
