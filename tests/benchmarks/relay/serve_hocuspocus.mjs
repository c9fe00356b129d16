// Hocuspocus as its manual starts it, keeping documents in memory only. Prints its port.
import { Server } from "@hocuspocus/server";

const server = new Server({ port: 0, address: "127.0.0.1", quiet: true, stopOnSignals: true });
await server.listen();
console.log(server.address.port);
