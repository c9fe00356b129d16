// The Network port in a browser: frames over a WebSocket, or bytes over fetch where no WebSocket gets through.
const OPEN_MS = 8000;
const QUEUED_MAX = 64 * 1024 * 1024; // bytes waiting for Python; a relay that sends more is cut off
const BUFFERED_MAX = 4 * 1024 * 1024;
const PAUSE_MS = 20;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class SocketLink {
  constructor(socket) {
    this.socket = socket;
    this.frames = [];
    this.queued = 0;
    this.wake = [];
    this.gone = false;
    socket.onmessage = ({ data }) => this.take_in(data);
    socket.onclose = socket.onerror = () => this.end();
  }
  take_in(data) {
    if (!(data instanceof ArrayBuffer)) return this.close();
    this.queued += data.byteLength;
    this.frames.push(new Uint8Array(data));
    if (this.queued > QUEUED_MAX) this.close();
    return this.stir();
  }
  stir() {
    for (const resolve of this.wake.splice(0)) resolve();
  }
  end() {
    this.gone = true;
    this.stir();
  }
  // Resolves when `take` has something to give or the link is gone; giving up on it loses no frame.
  async available() {
    if (!this.frames.length && !this.gone) await new Promise((resolve) => this.wake.push(resolve));
  }
  take() {
    const frame = this.frames.shift();
    if (frame) this.queued -= frame.length;
    return frame;
  }
  async send(bytes) {
    while (!this.gone && this.socket.bufferedAmount > BUFFERED_MAX) await wait(PAUSE_MS);
    if (this.gone || this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(bytes);
    return true;
  }
  close() {
    this.socket.close();
    this.end();
  }
}

export const port = {
  online: () => navigator.onLine,
  // The open link, or undefined where no WebSocket could be opened in time.
  socket(address) {
    return new Promise((resolve) => {
      let socket;
      try {
        socket = new WebSocket(address);
      } catch {
        resolve(undefined);
        return;
      }
      socket.binaryType = "arraybuffer";
      const late = setTimeout(() => socket.close(), OPEN_MS);
      socket.onopen = () => {
        clearTimeout(late);
        resolve(new SocketLink(socket));
      };
      socket.onerror = socket.onclose = () => {
        clearTimeout(late);
        resolve(undefined);
      };
    });
  },
  // The body of the answer; rejects unless it is a 200.
  async post(address, body) {
    const headers = { "Content-Type": "application/cbor" };
    const options = { method: "POST", body, headers, credentials: "omit", redirect: "error", cache: "no-store" };
    const response = await fetch(address, options);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  },
};
